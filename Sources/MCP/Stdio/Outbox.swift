import JSON

/// Replies on their way out: one buffer is filled while the other one is written.
struct Outbox: ~Copyable, Sendable {
    enum FlushResult: Equatable {
        case empty
        case blocked
        case failed(Int32)
    }

    /// Where replies are added.
    var incoming = JSONWriter(reserving: 65_536)
    private var outgoing = JSONWriter(reserving: 65_536)
    private var written = 0
    private let descriptor: OutputDescriptor

    init(_ descriptor: consuming OutputDescriptor) { self.descriptor = descriptor }

    /// Bytes that wait.
    var count: Int { incoming.count + outgoing.count - written }

    /// What poll(2) is to look at.
    var number: Int32 { descriptor.number }

    var showsLostReader: Bool { descriptor.showsLostReader }

    /// Writes until everything is out or the reader has had enough for now.
    mutating func flush() -> FlushResult {
        while true {
            if written == outgoing.count, !turn() { return .empty }
            let result = outgoing.withBytes { bytes in
                descriptor.write(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[written...]))
            }
            switch result {
            case .wrote(let count): written += count
            case .wouldBlock: return .blocked
            case .failed(let code): return .failed(code)
            }
        }
    }

    /// Makes the filled buffer the one to be written; false if it is empty.
    private mutating func turn() -> Bool {
        outgoing.removeAll(keepingUpTo: 1 << 20)
        written = 0
        guard incoming.count > 0 else { return false }
        swap(&incoming, &outgoing)
        return true
    }
}
