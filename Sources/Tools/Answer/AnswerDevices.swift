internal import Diagnosis
internal import JSON
internal import Snapshots

/// The GPUs of an answer, each with its members in JSON.
struct AnswerDevices {
    struct Device {
        let gpu: GPUIdentity
        /// The readings without a value.
        var missing: [MissingReading] = []

        init(_ gpu: GPUIdentity) { self.gpu = gpu }
    }

    let devices: [Device]
    private let text: [UInt8]
    /// Where the members are in the text.
    private let members: MemberList

    init(_ devices: [Device] = [], text: [UInt8] = [], members: MemberList = MemberList()) {
        self.devices = devices
        self.text = text
        self.members = members
    }

    /// Asks `add` about one GPU after the other.
    init<Item>(_ items: [Item], _ add: (Item, inout DeviceFields) -> Void) {
        var fields = DeviceFields(reserving: items.count)
        for place in items.indices { add(items[place], &fields) }
        self = fields.finish()
    }

    /// Writes `all_devices`, what is the same on every GPU, if there is such, and `devices`, each with the rest.
    func write(to writer: inout JSONWriter) {
        text.withUnsafeBufferPointer { text in
            let shared = members.shared
            if !shared.isEmpty { writer.object("all_devices") { $0.members(shared, of: text) } }
            writer.array("devices") { writer in
                for place in devices.indices {
                    writer.object { writer in
                        writer.identity(of: devices[place].gpu)
                        writer.members(members.own(place), of: text)
                    }
                }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func members(_ members: some Sequence<MemberList.Member>, of text: UnsafeBufferPointer<UInt8>)
    {
        for member in members { raw(UnsafeBufferPointer(rebasing: text[member.text])) }
    }
}

extension AnswerDevices.Device {
    /// NVML gave no handle for it.
    var isRefused: Bool { missing.contains { $0.reading == DeviceFields.handle } }

    /// The GPU as a problem, when its readings say that it is lost, needs a reset or stopped answering.
    var problem: AccessProblem? {
        let grave = missing.first { [.gpuLost, .resetRequired].contains($0.reason) }
        guard let grave else { return nil }
        var refused = GPUSnapshot()
        refused.index = gpu.index
        refused.busID = gpu.busID
        refused.refusal = grave.reason
        return refused.accessProblem
    }
}

/// What names a GPU in an answer.
struct GPUIdentity {
    let index: UInt32
    let uuid: Reading<String>
    let busID: Reading<BusID>
    let name: Reading<String>

    init(_ gpu: GPUSnapshot) {
        index = gpu.index
        uuid = gpu.uuid
        busID = gpu.busID
        name = gpu.name
    }
}

/// A reading without a value.
struct MissingReading: Hashable {
    let reading: String
    let reason: Unavailable
}
