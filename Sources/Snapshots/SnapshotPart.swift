/// One piece of a snapshot. The worker writes piece after piece, so what it had read before the driver hung is not lost.
package enum SnapshotPart: UInt8, Sendable {
    case host = 1
    case driver = 2
    case gpu = 3
}

// One function for each part, none of them generic: so the compiler writes each type's fields out in place.
extension SnapshotEncoder {
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

    private mutating func tag(_ part: SnapshotPart) throws(SnapshotError) {
        var tag = part.rawValue
        try code(&tag)
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
        gpus.sort { $0.index < $1.index }
    }

    private mutating func add(partFrom decoder: inout SnapshotDecoder) throws(SnapshotError) {
        var tag: UInt8 = 0
        try decoder.code(&tag)
        switch SnapshotPart(rawValue: tag) {
        case .host:
            var value = HostSnapshot()
            try value.code(with: &decoder)
            host = value
        case .driver: try driver.code(with: &decoder)
        case .gpu:
            var gpu = GPUSnapshot()
            try gpu.code(with: &decoder)
            gpus.append(gpu)
        case nil: throw .malformed
        }
    }
}
