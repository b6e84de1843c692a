internal import Diagnosis
internal import Snapshots

/// Readings that this hardware has and that were asked for, but that have no value: they make an answer partial.
struct FailedReadings {
    private var readings: [String] = []
    private var reasons: [String] = []
    private var gpus: [UInt32] = []

    /// - Parameters:
    ///   - node: what the node itself lacks.
    ///   - devices: what its GPUs lack.
    ///   - problems: GPUs that are one by themselves, or were not reached because of one, are not told of again.
    init(of node: [MissingReading], _ devices: AnswerDevices, without problems: [AccessProblem]) {
        node.forEach { add($0) }
        let named = Set(problems.compactMap(\.gpu))
        for device in devices.devices where !named.contains(device.gpu.index) {
            if !problems.isEmpty, device.isRefused { continue }
            let failed = device.missing.filter { !$0.reason.isNormal }
            failed.forEach { add($0) }
            if !failed.isEmpty { gpus.append(device.gpu.index) }
        }
    }

    private mutating func add(_ missing: MissingReading) {
        guard !missing.reason.isNormal else { return }
        if !readings.contains(missing.reading) { readings.append(missing.reading) }
        if !reasons.contains(missing.reason.word) { reasons.append(missing.reason.word) }
    }

    var isEmpty: Bool { readings.isEmpty }

    /// For the summary: ` Not read: power_w, temperature_c and 7 more of GPU 1 (error_999).`; empty if nothing failed.
    var sentence: String {
        guard !isEmpty else { return "" }
        let more = readings.count > 3 ? " and \(readings.count - 3) more" : ""
        let place = gpus.isEmpty ? "" : " of GPU \(NumberList.text(gpus))"
        return " Not read: " + readings.prefix(3).joined(separator: ", ") + more + place
            + " (\(reasons.prefix(3).joined(separator: ", ")))."
    }
}
