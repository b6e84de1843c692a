internal import Diagnosis
internal import Snapshots

/// Readings that this hardware has and that were asked for, but that have no value: they make an answer partial.
struct FailedReadings {
    /// What failed in one place, each name once.
    private struct Failures {
        var readings: [String] = []
        var reasons: [String] = []

        mutating func add(_ missing: MissingReading) {
            if !readings.contains(missing.reading) { readings.append(missing.reading) }
            if !reasons.contains(missing.reason.word) { reasons.append(missing.reason.word) }
        }

        /// - Parameter place: what stands between the readings and the reasons.
        func text(_ place: String) -> String {
            let more = readings.count > 3 ? " and \(readings.count - 3) more" : ""
            return readings.prefix(3).joined(separator: ", ") + more + place
                + " (\(reasons.prefix(3).joined(separator: ", ")))"
        }
    }

    private var ofNode = Failures()
    private var ofGPUs = Failures()
    private var gpus: [UInt32] = []

    /// - Parameters:
    ///   - node: what the node itself lacks.
    ///   - devices: what its GPUs lack.
    ///   - problems: GPUs that are one by themselves, or were not reached because of one, are not told of again.
    init(of node: [MissingReading], _ devices: AnswerDevices, without problems: [AccessProblem]) {
        for missing in node where !missing.reason.isNormal { ofNode.add(missing) }
        let named = Set(problems.compactMap(\.gpu))
        for device in devices.devices.lazy.filter({ !$0.missing.isEmpty }) where !named.contains(device.gpu.index) {
            if !problems.isEmpty, device.isRefused { continue }
            let failed = device.missing.filter { !$0.reason.isNormal }
            for missing in failed { ofGPUs.add(missing) }
            if !failed.isEmpty { gpus.append(device.gpu.index) }
        }
    }

    var isEmpty: Bool { ofNode.readings.isEmpty && ofGPUs.readings.isEmpty }

    /// For the summary: ` Not read: power_w, temperature_c and 7 more of GPU 1 (error_999).`; empty if nothing failed.
    /// What the node lacks is said first, and of no GPU: ` Not read: cuda_version (timed_out); power_w of GPU 1 (error_999).`
    var sentence: String {
        guard !isEmpty else { return "" }
        var parts: [String] = []
        if !ofNode.readings.isEmpty { parts.append(ofNode.text("")) }
        if !ofGPUs.readings.isEmpty { parts.append(ofGPUs.text(" of GPU \(NumberList.text(gpus))")) }
        return " Not read: " + parts.joined(separator: "; ") + "."
    }
}
