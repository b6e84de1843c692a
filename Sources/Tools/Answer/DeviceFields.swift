internal import Diagnosis
internal import Snapshots

/// What an answer says of one GPU: the readings that have a value, and those that have none.
struct DeviceFields {
    let gpu: GPUIdentity
    private(set) var fields: [Field] = []
    private(set) var missing: [MissingReading] = []

    init(_ gpu: GPUSnapshot) {
        self.gpu = GPUIdentity(gpu)
        fields.reserveCapacity(40)
    }

    mutating func add(_ key: String, _ value: FieldValue) { fields.append(Field(key: key, value: value)) }

    mutating func add(_ key: String, _ value: FieldValue?, unless isLeftOut: Bool) {
        if let value, !isLeftOut { add(key, value) }
    }

    /// Adds the reading's value under `key`, or notes that there is none and why.
    mutating func add<Value>(_ key: String, _ reading: Reading<Value>, _ convert: (Value) -> FieldValue) {
        switch reading {
        case .value(let value): add(key, convert(value))
        case .unavailable(let reason): note(key, reason)
        }
    }

    /// Notes that a reading has no value.
    mutating func note(_ reading: String, _ reason: Unavailable) {
        missing.append(MissingReading(reading: reading, reason: reason))
    }

    mutating func add(_ key: String, _ reading: Reading<UInt32>) { add(key, reading) { .uint(UInt64($0)) } }
    mutating func add(_ key: String, _ reading: Reading<UInt64>) { add(key, reading) { .uint($0) } }
    mutating func add(_ key: String, _ reading: Reading<Int32>) { add(key, reading) { .int(Int64($0)) } }
    mutating func add(_ key: String, _ reading: Reading<String>) { add(key, reading) { .text($0) } }

    /// A reading in milliwatts, said in watts.
    mutating func add(watts key: String, _ reading: Reading<UInt32>) { add(key, reading) { .thousandths(Int64($0)) } }

    /// A mode that is on or off.
    mutating func add(mode key: String, _ reading: Reading<Bool>) {
        add(key, reading) { .text($0 ? "enabled" : "disabled") }
    }

    /// A mode with its setting after the next reset.
    mutating func add(modes key: String, _ reading: Reading<ModePair>) {
        guard let pair = reading.value else { return note(key, reading.reason ?? .notRead) }
        add("\(key)_current", .text(pair.current ? "enabled" : "disabled"))
        add("\(key)_pending", .text(pair.pending ? "enabled" : "disabled"))
    }
}

extension DeviceFields {
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
