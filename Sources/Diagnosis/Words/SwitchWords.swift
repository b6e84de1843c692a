/// How answers say that an action is for the GPU behind an NVSwitch and never for the switch itself.
package enum SwitchWords {
    private static let beginning = "On the GPU behind this NVSwitch: "

    /// The reason of a step that carries the address of the switch.
    package static func reason(_ cause: String) -> String { beginning + cause }

    /// What the fault is, from such a reason; nil where the reason is any other.
    package static func cause(in reason: String) -> Substring? {
        reason.hasPrefix(beginning) ? reason.dropFirst(beginning.count) : nil
    }
}
