/// An NVML call that gave no value.
package struct NVMLError: Error, Hashable, Sendable {
    /// Why. A symbol that the library lacks is `functionNotFound`.
    package let code: NVMLReturnCode

    /// The place of the function in `NVMLSymbol.all`, counted from 1.
    package let symbolIndex: UInt32

    init(_ code: NVMLReturnCode, _ symbolIndex: UInt32) {
        self.code = code
        self.symbolIndex = symbolIndex
    }

    /// The exported name of the function, such as `nvmlDeviceGetName`.
    package var symbol: String {
        NVMLSymbol.name(at: symbolIndex) ?? "nvml"
    }
}

extension NVMLError: CustomStringConvertible {
    package var description: String {
        "\(symbol): \(code)"
    }
}

/// Why a library file cannot be used at all.
package enum NVMLLoadError: Error, Hashable, Sendable {
    /// There is no file at the given path.
    case missing(path: String)

    /// The dynamic loader refused it: no ELF file, another architecture, an absent dependency. The reason is the
    /// loader's text, at most 300 characters.
    case unloadable(path: String, reason: String)

    /// It loads, but a function is absent without which nothing can be asked: this is not NVML.
    case notNVML(path: String, missingSymbol: String)
}

extension NVMLLoadError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let path): "\(path): no such file"
        case .unloadable(let path, let reason): "\(path): \(reason)"
        case .notNVML(let path, let symbol): "\(path): not an NVML library, it lacks \(symbol)"
        }
    }
}
