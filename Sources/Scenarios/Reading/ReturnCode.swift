/// NVML's return codes, by the names of its header without `NVML_ERROR_`.
package struct ReturnCode: RawRepresentable, Sendable, Hashable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let success = ReturnCode(rawValue: 0)
    package static let uninitialized = ReturnCode(rawValue: 1)
    package static let invalidArgument = ReturnCode(rawValue: 2)
    package static let notSupported = ReturnCode(rawValue: 3)
    package static let notFound = ReturnCode(rawValue: 6)
    package static let insufficientSize = ReturnCode(rawValue: 7)
    package static let driverNotLoaded = ReturnCode(rawValue: 9)
    package static let timeout = ReturnCode(rawValue: 10)
    package static let gpuIsLost = ReturnCode(rawValue: 15)
    package static let versionMismatch = ReturnCode(rawValue: 25)

    /// The names, with the text that nvmlErrorString gives for each.
    package static let known: [(name: String, code: Int32, text: StaticString)] = [
        ("SUCCESS", 0, "Success"),
        ("UNINITIALIZED", 1, "Uninitialized"),
        ("INVALID_ARGUMENT", 2, "Invalid Argument"),
        ("NOT_SUPPORTED", 3, "Not Supported"),
        ("NO_PERMISSION", 4, "Insufficient Permissions"),
        ("ALREADY_INITIALIZED", 5, "Already Initialized"),
        ("NOT_FOUND", 6, "Not Found"),
        ("INSUFFICIENT_SIZE", 7, "Insufficient Size"),
        ("INSUFFICIENT_POWER", 8, "Insufficient External Power"),
        ("DRIVER_NOT_LOADED", 9, "Driver Not Loaded"),
        ("TIMEOUT", 10, "Timeout"),
        ("IRQ_ISSUE", 11, "Interrupt Request Issue"),
        ("LIBRARY_NOT_FOUND", 12, "NVML Shared Library Not Found"),
        ("FUNCTION_NOT_FOUND", 13, "Function Not Found"),
        ("CORRUPTED_INFOROM", 14, "Corrupted infoROM"),
        ("GPU_IS_LOST", 15, "GPU is lost"),
        ("RESET_REQUIRED", 16, "GPU requires reset"),
        ("OPERATING_SYSTEM", 17, "The operating system has blocked the request"),
        ("LIB_RM_VERSION_MISMATCH", 18, "RM has detected an NVML/RM version mismatch"),
        ("IN_USE", 19, "In use by another client"),
        ("MEMORY", 20, "Insufficient Memory"),
        ("NO_DATA", 21, "No data"),
        ("VGPU_ECC_NOT_SUPPORTED", 22, "vGPU ECC Not Supported"),
        ("INSUFFICIENT_RESOURCES", 23, "Insufficient Resources"),
        ("FREQ_NOT_SUPPORTED", 24, "Frequency Not Supported"),
        ("ARGUMENT_VERSION_MISMATCH", 25, "Argument Version Mismatch"),
        ("DEPRECATED", 26, "Deprecated"),
        ("NOT_READY", 27, "Not Ready"),
        ("GPU_NOT_FOUND", 28, "No GPU found"),
        ("INVALID_STATE", 29, "Invalid State"),
        ("RESET_TYPE_NOT_SUPPORTED", 30, "Reset Type Not Supported"),
        ("UNKNOWN", 999, "Unknown Error"),
    ]

    /// The code with a header name; `NVML_ERROR_` before it may stay or go.
    package init?(name: String) {
        let prefix = "NVML_ERROR_"
        let bare = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        guard let found = Self.known.first(where: { $0.name == bare }) else { return nil }
        self.init(rawValue: found.code)
    }
}
