internal import JSON
internal import Snapshots

/// Takes down what an answer says of its GPUs, one GPU after the other.
///
/// A reading that has a value is written as JSON at once, unless the first GPU has the same under the same key.
struct DeviceFields: ~Copyable {
    private var writer: JSONWriter
    private var members: MemberList
    private var devices: [AnswerDevices.Device] = []

    /// - Parameter count: how many GPUs will come.
    init(reserving count: Int) {
        writer = JSONWriter(reserving: 256 + count * 768)
        members = MemberList(reserving: count)
        devices.reserveCapacity(count)
    }

    /// What is added from now on is about this GPU. Notes the reason where NVML gives no handle for it.
    mutating func begin(_ gpu: GPUSnapshot) {
        devices.append(AnswerDevices.Device(GPUIdentity(gpu)))
        members.beginGPU()
        if let refusal = gpu.refusal { note(Self.handle, refusal) }
    }

    /// What a GPU lacks that NVML does not open.
    static let handle = "device"

    /// Everything that was added.
    consuming func finish() -> AnswerDevices {
        AnswerDevices(devices, text: writer.finish(), members: members)
    }

    mutating func add(_ key: StaticString, _ value: FieldValue) {
        member(key, .text) { value.write(to: &$0) }
    }

    /// - Parameter source: what decides on the text, with nothing else beside it.
    private mutating func member(
        _ key: StaticString, _ source: MemberList.Source, _ value: (inout JSONWriter) -> Void
    ) {
        let place = members.place(of: key)
        if members.addRepeated(place, source) { return }
        let start = writer.count
        writer.key(plain: key)
        value(&writer)
        writer.endText()
        let range = start..<writer.count
        writer.withBytes { members.add(key, source, at: place, range, of: $0) }
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
        write(key, reading, { _ in .text }, { convert($1).write(to: &$0) })
    }

    /// The same for a number, of which `convert` makes the same whichever GPU it is of.
    mutating func add(_ key: StaticString, _ reading: Reading<UInt32>, _ convert: (UInt32) -> FieldValue) {
        write(key, reading, { .number(UInt64($0)) }, { convert($1).write(to: &$0) })
    }

    mutating func add(_ key: StaticString, _ reading: Reading<UInt32>) {
        write(key, reading, { .number(UInt64($0)) }, { $0.int($1) })
    }

    mutating func add(_ key: StaticString, _ reading: Reading<UInt64>) {
        write(key, reading, { .number($0) }, { $0.int($1) })
    }

    mutating func add(_ key: StaticString, _ reading: Reading<Int32>) {
        write(key, reading, { .number(UInt64(bitPattern: Int64($0))) }, { $0.int($1) })
    }

    mutating func add(_ key: StaticString, _ reading: Reading<String>) {
        write(key, reading, { .string($0) }, { $0.string($1) })
    }

    /// A reading in milliwatts, said in watts.
    mutating func add(watts key: StaticString, _ reading: Reading<UInt32>) {
        write(key, reading, { .number(UInt64($0)) }, { $0.thousandths(Int64($1)) })
    }

    /// A mode that is on or off.
    mutating func add(mode key: StaticString, _ reading: Reading<Bool>) {
        write(key, reading, { .number($0 ? 1 : 0) }, { $0.mode($1) })
    }

    /// Adds the reading's value as `write` writes it, or notes that there is none and why.
    private mutating func write<Value>(
        _ key: StaticString, _ reading: Reading<Value>, _ source: (Value) -> MemberList.Source,
        _ write: (inout JSONWriter, Value) -> Void
    ) {
        switch reading {
        case .value(let value): member(key, source(value)) { write(&$0, value) }
        case .unavailable(let reason): note(key.description, reason)
        }
    }

    /// A mode with its setting after the next reset; without a value it is missing under the name of both.
    mutating func add(
        modes name: String, _ current: StaticString, _ pending: StaticString, _ reading: Reading<ModePair>
    ) {
        switch reading {
        case .value(let pair):
            member(current, .number(pair.current ? 1 : 0)) { $0.mode(pair.current) }
            member(pending, .number(pair.pending ? 1 : 0)) { $0.mode(pair.pending) }
        case .unavailable(let reason): note(name, reason)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func mode(_ isOn: Bool) { string(isOn ? "enabled" : "disabled") }
}
