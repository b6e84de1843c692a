internal import Diagnosis
internal import JSON
internal import MCP
internal import Snapshots

/// An answer about a node's GPUs, before it is encoded.
///
/// All tools answer in this one form: a head that tells whether the answer is whole, the GPUs, what could not be read, and
/// what stood in the way.
struct Answer {
    let context: ToolContext
    let snapshot: NodeSnapshot
    var summary = ""
    var devices = AnswerDevices()
    var problems: [AccessProblem] = []
    /// Members of the node itself, in order.
    var nodeFields: [Field] = []
    /// Readings of the node itself without a value.
    var missing: [MissingReading] = []
    /// What was left out on purpose, and how to get it.
    var omitted: String?

    /// What stood in the way, and the GPUs whose readings say that they are lost or need a reset.
    private var allProblems: [AccessProblem] {
        let devices = devices.devices
        return problems
            + devices.indices.compactMap { place in
                devices[place].problem.flatMap { own in problems.contains { $0.gpu == own.gpu } ? nil : own }
            }
    }

    /// The gravest of it, as the end of a summary.
    var problemSentence: String { allProblems.first.map { " \($0.message)" } ?? "" }

    /// The answer as one JSON object.
    func encoded() -> [UInt8] {
        var writer = JSONWriter(reserving: 2_048 + devices.devices.count * 1_024)
        let problems = allProblems
        let failures = FailedReadings(of: missing, devices, without: problems)
        writer.object { writer in
            // `success` means that everything asked for was read, as far as this hardware has it.
            let isWhole = problems.isEmpty && failures.isEmpty
            writer.head(
                status: isWhole ? "success" : "partial", context, snapshot, summary: summary + failures.sentence)
            writer.write(nodeFields)
            writer.field("device_count", devices.devices.count)
            devices.write(to: &writer)
            writeUnavailable(&writer)
            writer.problems(problems)
            writer.field("omitted", omitted)
        }
        return writer.finish()
    }

    /// Each reading without a value once; those that all GPUs lack are said for all.
    private func writeUnavailable(_ writer: inout JSONWriter) {
        let devices = devices.devices
        guard !missing.isEmpty || devices.contains(where: { !$0.missing.isEmpty }) else { return }
        let onAll =
            devices.count > 1 ? devices.dropFirst().reduce(Set(devices[0].missing)) { $0.intersection($1.missing) } : []
        writer.array("unavailable") { writer in
            for missing in missing { writer.unavailable(missing, of: "node") }
            for missing in devices.first?.missing ?? [] where onAll.contains(missing) {
                writer.unavailable(missing, of: "all")
            }
            for device in devices {
                for missing in device.missing where !onAll.contains(missing) {
                    writer.unavailable(missing, gpu: device.gpu.index)
                }
            }
        }
    }
}

extension JSONWriter {
    /// The members that every answer begins with.
    mutating func head(status: String, _ context: ToolContext, _ snapshot: NodeSnapshot, summary: String) {
        field("status", status)
        field("node", context.nodeName)
        field("source", context.isSimulated ? "simulated" : "nvml")
        field("collected_at", WallClock.rfc3339(snapshot.collectedAtMicroseconds))
        field("summary", summary)
    }

    mutating func identity(of gpu: GPUIdentity) {
        key(plain: "index")
        int(gpu.index)
        if case .value(let uuid) = gpu.uuid { field(plain: "uuid", uuid) }
        if case .value(let busID) = gpu.busID { field(plain: "bus_id", busID.description) }
        if case .value(let name) = gpu.name { field(plain: "name", name) }
    }

    private mutating func field(plain key: StaticString, _ text: String) {
        self.key(plain: key)
        string(text)
    }

    fileprivate mutating func unavailable(_ missing: MissingReading, gpu: UInt32) {
        object { writer in
            writer.field("gpu", gpu)
            writer.fields(of: missing)
        }
    }

    /// - Parameter scope: `all` or `node`.
    fileprivate mutating func unavailable(_ missing: MissingReading, of scope: String) {
        object { writer in
            writer.field("gpu", scope)
            writer.fields(of: missing)
        }
    }

    private mutating func fields(of missing: MissingReading) {
        field("reading", missing.reading)
        field("reason", missing.reason.word)
    }

    /// What stood in the way of a whole answer; nothing if nothing did.
    mutating func problems(_ problems: [AccessProblem]) {
        guard !problems.isEmpty else { return }
        array("problems") { writer in
            for problem in problems { writer.object { $0.problem(problem) } }
        }
    }

    mutating func problem(_ problem: AccessProblem) {
        field("kind", problem.kind)
        field("gpu", problem.gpu)
        field("bus_id", problem.busID.map(String.init(describing:)))
        field("message", problem.message)
        field("remedy", problem.remedy)
        if !problem.evidence.isEmpty {
            array("evidence") { writer in for line in problem.evidence { writer.string(line) } }
        }
    }
}
