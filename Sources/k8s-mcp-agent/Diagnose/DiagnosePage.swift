internal import Diagnosis
internal import JSON

/// The answer of diagnose_gpu_node as a page for people.
struct DiagnosePage {
    private let answer: JSONValue
    private let paint: Paint

    init(_ answer: JSONValue, paint: Paint) {
        self.answer = answer
        self.paint = paint
    }

    var text: String {
        [head, devices, steps, findings, notices, unchecked, problems].compactMap { $0 }.joined(separator: "\n\n")
    }

    private func string(_ key: String) -> String { answer[key]?.stringValue ?? "" }

    private func list(_ key: String) -> [JSONValue] { answer[key]?.arrayValue ?? [] }

    private var head: String {
        let verdict = string("verdict")
        let simulated = string("source") == "simulated" ? " (simulated)" : ""
        let driver = answer["driver_version"]?.stringValue.map { ", driver \($0)" } ?? ""
        return
            "\(string("node"))\(simulated): \(paint(verdict, verdict.uppercased()))\(driver), \(string("collected_at"))\n"
            + string("summary")
    }

    private var devices: String? {
        let lines = list("devices").map { device in
            let verdict = device["verdict"]?.stringValue ?? ""
            let affected = (device["affected"]?.arrayValue ?? []).map { "\n      used by \(user($0))" }.joined()
            return "  \(paint(verdict, verdict))  \(name(of: device))\(affected)"
        }
        return lines.isEmpty ? nil : paint("bold", "GPUs") + "\n" + lines.joined(separator: "\n")
    }

    private func user(_ use: JSONValue) -> String {
        let pod = use["pod"]?.stringValue.map { " (pod \(use["namespace"]?.stringValue ?? "?")/\($0))" } ?? ""
        return "pid \(use["pid"]?.intValue ?? 0) \(use["process"]?.stringValue ?? "(no longer there)")\(pod)"
    }

    private func name(of device: JSONValue) -> String {
        let index = device["index"]?.intValue.map { "GPU \($0)" } ?? "GPU without index"
        return [index, device["bus_id"]?.stringValue, device["name"]?.stringValue].compactMap { $0 }
            .joined(separator: "  ")
    }

    private var steps: String? {
        let lines = list("do").enumerated().map { number, step in "  \(number + 1). \(text(of: step))" }
        let guide = "  What each action does and whom it affects: k8s-mcp-agent runbook reset-or-reboot"
        return lines.isEmpty ? nil : paint("bold", "What to do") + "\n" + (lines + [guide]).joined(separator: "\n")
    }

    private func text(of step: JSONValue) -> String {
        let action = paint("bold", step["action"]?.stringValue ?? "")
        let why = step["why"]?.stringValue ?? ""
        if let cause = SwitchWords.cause(in: why), let busID = step["bus_id"]?.stringValue {
            return "\(action) on the GPU behind NVSwitch \(busID): \(cause)"
        }
        return "\(action)\(place(of: step)): \(why)"
    }

    private func place(of value: JSONValue) -> String {
        let gpus = value["gpus"]?.arrayValue?.compactMap(\.intValue).compactMap { UInt32(exactly: $0) } ?? []
        if !gpus.isEmpty { return " GPU \(NumberList.text(gpus))" }
        return value["bus_id"]?.stringValue.map { " \($0)" } ?? ""
    }

    private var findings: String? {
        let parts = list("findings").map(finding)
        return parts.isEmpty ? nil : paint("bold", "Findings") + "\n" + parts.joined(separator: "\n")
    }

    private func finding(_ finding: JSONValue) -> String {
        let severity = finding["severity"]?.stringValue ?? ""
        let since = finding["since"]?.stringValue.map { " (since \($0))" } ?? ""
        var lines = [
            "  \(paint(severity, severity))\(place(of: finding)): \(finding["title"]?.stringValue ?? "")\(since)"
        ]
        lines += (finding["evidence"]?.arrayValue ?? []).map { "      " + EvidenceLine($0).text }
        if let confirm = finding["confirm"]?.stringValue {
            lines.append("      " + paint("dim", "next: \(confirm)"))
        }
        return lines.joined(separator: "\n")
    }

    private var notices: String? {
        let lines = list("notices").compactMap(\.stringValue).map { "  \($0)" }
        return lines.isEmpty ? nil : paint("bold", "Notices") + "\n" + lines.joined(separator: "\n")
    }

    private var unchecked: String? {
        let lines = list("unchecked").map { gap in
            "  \(gap["check"]?.stringValue ?? "")\(place(of: gap)): no \(gap["reading"]?.stringValue ?? "") (\(gap["reason"]?.stringValue ?? ""))"
        }
        return lines.isEmpty ? nil : paint("bold", "Not checked") + "\n" + lines.joined(separator: "\n")
    }

    private var problems: String? {
        let lines = list("problems").map { problem in
            "  \(problem["message"]?.stringValue ?? "")\n    -> \(problem["remedy"]?.stringValue ?? "")"
        }
        return lines.isEmpty ? nil : paint("bold", "Problems") + "\n" + lines.joined(separator: "\n")
    }
}
