internal import JSON
internal import Snapshots

/// Takes down what an answer says of its GPUs, one GPU after the other.
///
/// A reading that has a value is written as JSON at once, so that what all GPUs have in common can be found by comparing text.
struct DeviceFields: ~Copyable {
    private var writer: JSONWriter
    /// Where each member ends in the writer's text.
    private var ends: [Int] = []
    private var devices: [AnswerDevices.Device] = []

    /// - Parameter count: how many GPUs will come.
    init(reserving count: Int) {
        writer = JSONWriter(reserving: 256 + count * 768)
        ends.reserveCapacity(count * 32)
        devices.reserveCapacity(count)
    }

    /// What is added from now on is about this GPU. Notes the reason where NVML gives no handle for it.
    mutating func begin(_ gpu: GPUSnapshot) {
        devices.append(AnswerDevices.Device(GPUIdentity(gpu), firstMember: ends.count))
        if let refusal = gpu.refusal { note("device", refusal) }
    }

    /// Everything that was added.
    consuming func finish() -> AnswerDevices {
        AnswerDevices(devices, text: writer.finish(), ends: ends)
    }

    mutating func add(_ key: StaticString, _ value: FieldValue) {
        writer.key(plain: key)
        value.write(to: &writer)
        writer.endText()
        ends.append(writer.count)
    }

    mutating func add(_ key: StaticString, _ value: FieldValue?, unless isLeftOut: Bool) {
        if let value, !isLeftOut { add(key, value) }
    }

    /// Notes that a reading has no value.
    mutating func note(_ reading: String, _ reason: Unavailable) {
        devices[devices.count - 1].missing.append(MissingReading(reading: reading, reason: reason))
    }
}

// MARK: Readings

extension DeviceFields {
    /// Adds the reading's value under `key`, or notes that there is none and why.
    mutating func add<Value>(_ key: StaticString, _ reading: Reading<Value>, _ convert: (Value) -> FieldValue) {
        switch reading {
        case .value(let value): add(key, convert(value))
        case .unavailable(let reason): note(key.description, reason)
        }
    }

    mutating func add(_ key: StaticString, _ reading: Reading<UInt32>) { add(key, reading) { .uint(UInt64($0)) } }
    mutating func add(_ key: StaticString, _ reading: Reading<UInt64>) { add(key, reading) { .uint($0) } }
    mutating func add(_ key: StaticString, _ reading: Reading<Int32>) { add(key, reading) { .int(Int64($0)) } }
    mutating func add(_ key: StaticString, _ reading: Reading<String>) { add(key, reading) { .text($0) } }

    /// A reading in milliwatts, said in watts.
    mutating func add(watts key: StaticString, _ reading: Reading<UInt32>) {
        add(key, reading) { .thousandths(Int64($0)) }
    }

    /// A mode that is on or off.
    mutating func add(mode key: StaticString, _ reading: Reading<Bool>) {
        add(key, reading) { .text($0 ? "enabled" : "disabled") }
    }

    /// A mode with its setting after the next reset; without a value it is missing under the name of both.
    mutating func add(
        modes name: String, _ current: StaticString, _ pending: StaticString, _ reading: Reading<ModePair>
    ) {
        switch reading {
        case .value(let pair):
            add(current, .text(pair.current ? "enabled" : "disabled"))
            add(pending, .text(pair.pending ? "enabled" : "disabled"))
        case .unavailable(let reason): note(name, reason)
        }
    }
}
