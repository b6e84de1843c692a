package import Snapshots

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

extension SnapshotEncoder {
    /// Appends one part: its tag, then its value.
    package mutating func append(_ part: SnapshotPart, _ value: inout some SnapshotCodable) throws(SnapshotError) {
        var tag = part.rawValue
        try code(&tag)
        try code(&value)
    }
}

extension NodeSnapshot {
    /// Puts a snapshot together from the parts that were written.
    ///
    /// - Throws: ``SnapshotError`` when the bytes are not what an encoder writes.
    package init(parts bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
        self.init()
        var decoder = SnapshotDecoder(bytes)
        while !decoder.isAtEnd { try add(partFrom: &decoder) }
    }

    private mutating func add(partFrom decoder: inout SnapshotDecoder) throws(SnapshotError) {
        var tag: UInt8 = 0
        try decoder.code(&tag)
        switch SnapshotPart(rawValue: tag) {
        case .host:
            var value = HostSnapshot()
            try decoder.code(&value)
            host = value
        case .driver: try decoder.code(&driver)
        case .gpu:
            var gpu = GPUSnapshot()
            try decoder.code(&gpu)
            gpus.append(gpu)
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
