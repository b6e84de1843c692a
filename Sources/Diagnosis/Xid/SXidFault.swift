/// An SXid line of the NVSwitch driver.
package struct SXidFault: Sendable, Hashable {
    /// The driver's own rating, which outranks every table.
    package enum Rating: String, Sendable, Hashable {
        case fatal
        case nonFatal = "non-fatal"
        case correctable
    }

    package var number: UInt32
    package var rating: Rating?
    package var link: UInt32?
    /// True for the `Data {...}` and `Severity ...` lines that belong to the event before them.
    package var isContinuation: Bool
    /// The text behind number, rating and link, capped.
    package var message: String
}
