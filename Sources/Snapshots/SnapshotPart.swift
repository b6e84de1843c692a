/// One piece of a snapshot. The worker writes piece after piece, so what it had read before the driver hung is not lost.
package enum SnapshotPart: UInt8, Sendable {
    case host = 1
    case driver = 2
    case gpu = 3
    case devices = 4
    case kernelLog = 5
    case nodeProcesses = 6
    case pods = 7
    case facts = 8
}

// One function for each part, none of them generic: so the compiler writes each type's fields out in place.
extension SnapshotCoder {
    package mutating func append(_ host: inout HostSnapshot) throws(SnapshotError) {
        try tag(.host)
        try host.code(with: &self)
    }

    package mutating func append(_ driver: inout DriverSnapshot) throws(SnapshotError) {
        try tag(.driver)
        try driver.code(with: &self)
    }

    package mutating func append(_ gpu: inout GPUSnapshot) throws(SnapshotError) {
        try tag(.gpu)
        try gpu.code(with: &self)
    }

    package mutating func append(_ devices: inout HostDevices) throws(SnapshotError) {
        try tag(.devices)
        try devices.code(with: &self)
    }

    package mutating func append(_ log: inout Reading<HostKernelLog>) throws(SnapshotError) {
        try tag(.kernelLog)
        try code(&log)
    }

    package mutating func append(_ processes: inout ProcessesSnapshot) throws(SnapshotError) {
        try tag(.nodeProcesses)
        try processes.code(with: &self)
    }

    package mutating func append(_ pods: inout PodsSnapshot) throws(SnapshotError) {
        try tag(.pods)
        try pods.code(with: &self)
    }

    package mutating func append(_ facts: inout NodeFacts) throws(SnapshotError) {
        try tag(.facts)
        try facts.code(with: &self)
    }

    private mutating func tag(_ part: SnapshotPart) throws(SnapshotError) {
        var tag = part.rawValue
        try code(&tag)
    }
}

extension NodeSnapshot {
    /// Puts a snapshot together from the parts that were written.
    ///
    /// - Throws: ``SnapshotError`` when the bytes are not what the child writes.
    package init(parts bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
        self.init()
        var decoder = SnapshotCoder(reading: bytes)
        while !decoder.isAtEnd { try add(partFrom: &decoder) }
        // They come in another order only where some were put last.
        let isSorted = gpus.indices.dropFirst().allSatisfy { gpus[$0 - 1].index < gpus[$0].index }
        if !isSorted { gpus.sort { $0.index < $1.index } }
    }

    private mutating func add(partFrom decoder: inout SnapshotCoder) throws(SnapshotError) {
        var tag: UInt8 = 0
        try decoder.code(&tag)
        switch SnapshotPart(rawValue: tag) {
        case .host:
            var value = HostSnapshot()
            try value.code(with: &decoder)
            host = value
        case .driver: try driver.code(with: &decoder)
        case .gpu:
            gpus.append(GPUSnapshot())
            try gpus[gpus.count - 1].code(with: &decoder)
        case .devices:
            var value = HostDevices()
            try decoder.code(&value)
            devices = value
        case .kernelLog:
            var log: Reading<HostKernelLog> = .unavailable(.notRead)
            try decoder.code(&log)
            kernelLog = log
        case .nodeProcesses:
            var value = ProcessesSnapshot()
            try decoder.code(&value)
            nodeProcesses = value
        case .pods:
            var value = PodsSnapshot()
            try decoder.code(&value)
            pods = value
        case .facts:
            var value = NodeFacts()
            try decoder.code(&value)
            facts = value
        case nil: throw .malformed
        }
    }
}
