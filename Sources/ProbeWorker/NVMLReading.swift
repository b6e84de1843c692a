internal import NVML
internal import Snapshots

extension Reading {
    /// Makes one NVML call; an error is the reason why there is no value.
    @inline(__always)
    init(_ call: () throws(NVMLError) -> Value) {
        do throws(NVMLError) { self = .value(try call()) } catch { self = .unavailable(Unavailable(error.code)) }
    }
}

extension Reading {
    /// The same, but not supported where the value is one that only stands for "none".
    func unless(_ isNone: (Value) -> Bool) -> Reading {
        value.map(isNone) == true ? .unavailable(.notSupported) : self
    }
}

extension Unavailable {
    /// What an NVML return code says about a reading.
    init(_ code: NVMLReturnCode) {
        if code.meansNotSupported {
            self = .notSupported
            return
        }
        self =
            switch code {
            case .noPermission: .noPermission
            case .timeout: .timedOut
            case .gpuIsLost: .gpuLost
            case .resetRequired: .resetRequired
            default: .error(code: code.rawValue)
            }
    }
}
