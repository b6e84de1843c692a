/// What an NVML call answered. Open: a newer library may answer with a number that is not named here.
package struct NVMLReturnCode: RawRepresentable, Hashable, Sendable {
    /// NVML's number (`nvmlReturn_t`), or a negative number of our own.
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    private init(_ rawValue: Int32) {
        self.rawValue = rawValue
    }

    package static let success = NVMLReturnCode(0)
    package static let uninitialized = NVMLReturnCode(1)
    package static let invalidArgument = NVMLReturnCode(2)
    package static let notSupported = NVMLReturnCode(3)
    package static let noPermission = NVMLReturnCode(4)
    package static let alreadyInitialized = NVMLReturnCode(5)
    package static let notFound = NVMLReturnCode(6)
    package static let insufficientSize = NVMLReturnCode(7)
    package static let insufficientPower = NVMLReturnCode(8)
    package static let driverNotLoaded = NVMLReturnCode(9)
    package static let timeout = NVMLReturnCode(10)
    package static let irqIssue = NVMLReturnCode(11)
    package static let libraryNotFound = NVMLReturnCode(12)
    package static let functionNotFound = NVMLReturnCode(13)
    package static let corruptedInforom = NVMLReturnCode(14)
    package static let gpuIsLost = NVMLReturnCode(15)
    package static let resetRequired = NVMLReturnCode(16)
    package static let operatingSystem = NVMLReturnCode(17)
    package static let libraryDriverVersionMismatch = NVMLReturnCode(18)
    package static let inUse = NVMLReturnCode(19)
    package static let memory = NVMLReturnCode(20)
    package static let noData = NVMLReturnCode(21)
    package static let vgpuEccNotSupported = NVMLReturnCode(22)
    package static let insufficientResources = NVMLReturnCode(23)
    package static let frequencyNotSupported = NVMLReturnCode(24)
    package static let argumentVersionMismatch = NVMLReturnCode(25)
    package static let deprecated = NVMLReturnCode(26)
    package static let notReady = NVMLReturnCode(27)
    package static let gpuNotFound = NVMLReturnCode(28)
    package static let invalidState = NVMLReturnCode(29)
    package static let resetTypeNotSupported = NVMLReturnCode(30)
    package static let unknown = NVMLReturnCode(999)

    /// Ours, not NVML's: the call succeeded, but the answer cannot be read (an unknown value type, a list that never
    /// stops growing).
    package static let unreadableAnswer = NVMLReturnCode(-1)

    /// Whether the reading does not exist on this GPU, driver or mode; never a fault by itself. A function that the
    /// library is too old for, or has dropped, counts as well.
    package var meansNotSupported: Bool {
        self == .notSupported || self == .functionNotFound || self == .deprecated || self == .vgpuEccNotSupported
    }

    /// Whether the library does not know the version word of a structure, so that an older one is worth a try.
    var meansTryOlder: Bool {
        self == .argumentVersionMismatch || self == .functionNotFound
    }
}

extension NVMLReturnCode: CustomStringConvertible {
    private static let names = [
        "SUCCESS", "UNINITIALIZED", "INVALID_ARGUMENT", "NOT_SUPPORTED", "NO_PERMISSION", "ALREADY_INITIALIZED",
        "NOT_FOUND", "INSUFFICIENT_SIZE", "INSUFFICIENT_POWER", "DRIVER_NOT_LOADED", "TIMEOUT", "IRQ_ISSUE",
        "LIBRARY_NOT_FOUND", "FUNCTION_NOT_FOUND", "CORRUPTED_INFOROM", "GPU_IS_LOST", "RESET_REQUIRED",
        "OPERATING_SYSTEM", "LIB_RM_VERSION_MISMATCH", "IN_USE", "MEMORY", "NO_DATA", "VGPU_ECC_NOT_SUPPORTED",
        "INSUFFICIENT_RESOURCES", "FREQ_NOT_SUPPORTED", "ARGUMENT_VERSION_MISMATCH", "DEPRECATED", "NOT_READY",
        "GPU_NOT_FOUND", "INVALID_STATE", "RESET_TYPE_NOT_SUPPORTED",
    ]

    /// NVML's name without the `NVML_ERROR_` in front, or the number where there is no name.
    package var description: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .unreadableAnswer: "UNREADABLE_ANSWER"
        default:
            Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : "code \(rawValue)"
        }
    }
}
