extension HostKernelLog: SnapshotCodable {
    package init() { self.init(source: .ringBuffer) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        var path: String? = if case .file(let path) = source { path } else { nil }
        try coder.code(&path)
        source = path.map(Source.file) ?? .ringBuffer
        try coder.code(&bootID)
        try coder.code(&records)
        try coder.code(&scannedCount)
        try coder.code(&lostCount)
        try coder.code(&firstSequence)
        try coder.code(&firstMicroseconds)
        try coder.code(&lastMicroseconds)
        try coder.code(&next)
    }
}

extension KernelLogRecord: SnapshotCodable {
    package init() {
        self.init(
            sequence: 0, level: nil, facility: nil, monotonicMicroseconds: nil, wallMicroseconds: nil, message: "")
    }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&sequence)
        try coder.code(&level)
        try coder.code(&facility)
        try coder.code(&monotonicMicroseconds)
        try coder.code(&wallMicroseconds)
        try coder.code(&message)
        try coder.code(&isZoneUnknown)
        try coder.code(&bootID)
    }
}
