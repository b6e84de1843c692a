/// One fact asked of the hardware: its value, or the reason why there is none.
///
/// A missing reading is never a zero, and no check may call a GPU healthy because of one.
package enum Reading<Value: Sendable>: Sendable {
    /// The hardware answered.
    case value(Value)
    /// There is no answer, and this is why.
    case unavailable(Unavailable)

    /// The value, if there is one.
    @inlinable package var value: Value? {
        guard case .value(let value) = self else { return nil }
        return value
    }

    /// Why there is no value, if there is none.
    @inlinable package var reason: Unavailable? {
        guard case .unavailable(let reason) = self else { return nil }
        return reason
    }

    /// The same reading with its value, if any, put into another form.
    @inlinable package func map<Other: Sendable>(_ transform: (Value) -> Other) -> Reading<Other> {
        switch self {
        case .value(let value): .value(transform(value))
        case .unavailable(let reason): .unavailable(reason)
        }
    }
}

extension Reading: Equatable where Value: Equatable {}
extension Reading: Hashable where Value: Hashable {}

/// Why a reading has no value.
package enum Unavailable: Sendable, Hashable {
    /// Not on this GPU, driver or virtualisation mode; never a fault by itself (NVML 3, 13; a symbol that the library lacks).
    case notSupported
    /// The agent lacks the right to read it (NVML 4).
    case noPermission
    /// The driver did not answer before the deadline.
    case timedOut
    /// The GPU fell off the bus or is inaccessible (NVML 15).
    case gpuLost
    /// The driver wants the GPU reset first (NVML 16).
    case resetRequired
    /// Nobody asked, or the section that holds it was not read.
    case notRead
    /// What was given as a log is none.
    case unusable(UnusableFile)
    /// Any other answer of the driver, as its NVML return code (`nvmlReturn_t`).
    case error(code: Int32)

    /// NVML's NO_DATA: the counter has not been filled yet.
    private static let noData: Int32 = 21

    /// True when there is nothing to know: no fault, and no gap in the evidence.
    package var isNormal: Bool { self == .notSupported || self == .error(code: Self.noData) }

    /// The word for it in answers, for example `not_supported` or `error_999`.
    package var word: String {
        switch self {
        case .notSupported: "not_supported"
        case .noPermission: "no_permission"
        case .timedOut: "timed_out"
        case .gpuLost: "gpu_lost"
        case .resetRequired: "reset_required"
        case .notRead: "not_read"
        case .unusable(let fault): fault.word
        case .error(let code): "error_\(code)"
        }
    }
}
