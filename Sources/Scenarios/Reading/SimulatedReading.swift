/// What a simulated driver answers when it is asked for one thing.
package enum SimulatedReading<Value: Sendable>: Sendable {
    /// The model does not have it: NVML answers NOT_SUPPORTED.
    case absent
    case value(Value)
    /// The driver answers with this code instead.
    case failed(ReturnCode)

    /// The value, where there is one.
    package var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}

extension SimulatedReading: Equatable where Value: Equatable {}

/// A number, a flag or one of NVML's enumerations.
package typealias NumericReading = SimulatedReading<Signal>

/// A text that NVML copies into the caller's buffer.
package typealias TextReading = SimulatedReading<Text>

/// A text with its C form, which is made once so that a query only copies bytes.
package struct Text: Sendable, Equatable {
    package let string: String
    /// UTF-8 with the terminating NUL.
    package let bytes: [UInt8]

    package init(_ string: String) {
        self.string = string
        bytes = Array(string.utf8) + [0]
    }
}
