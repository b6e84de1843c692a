/// One line of the doctor's report: what was looked at, what was found, and what to do if it will not do.
struct DoctorCheck {
    /// How good or bad the finding is.
    enum Verdict: String {
        case ok
        /// Something works less well without it.
        case note
        /// Answers will be incomplete or missing.
        case missing
    }

    let verdict: Verdict
    let subject: String
    let finding: String
    var remedy: String?
    var details: [String] = []

    /// The check as lines of text.
    var text: String {
        let mark = "[\(verdict.rawValue)]"
        var lines = [mark + String(repeating: " ", count: max(1, 10 - mark.count)) + "\(subject): \(finding)"]
        lines += details.map { "            \($0)" }
        if let remedy { lines.append("          -> \(remedy)") }
        return lines.joined(separator: "\n")
    }
}
