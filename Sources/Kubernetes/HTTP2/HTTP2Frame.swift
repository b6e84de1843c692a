/// One frame of an HTTP/2 connection (RFC 9113, section 4).
struct HTTP2Frame: Equatable {
    /// Bytes of a frame's header.
    static let headerSize = 9
    /// The longest payload that a server may send us: the protocol's default, which this client leaves in force.
    static let maximumPayload = 16_384

    enum Kind: UInt8 {
        case data = 0
        case headers = 1
        case priority = 2
        case reset = 3
        case settings = 4
        case pushPromise = 5
        case ping = 6
        case goAway = 7
        case windowUpdate = 8
        case continuation = 9
    }

    struct Flags: OptionSet {
        let rawValue: UInt8
        static let endStream = Flags(rawValue: 0x1)
        /// The same bit, of SETTINGS and PING.
        static let acknowledgement = Flags(rawValue: 0x1)
        static let endHeaders = Flags(rawValue: 0x4)
        static let padded = Flags(rawValue: 0x8)
        static let priority = Flags(rawValue: 0x20)
    }

    /// Nil for a kind of later extensions, which has to be ignored.
    var kind: Kind?
    var flags: Flags = []
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    init(_ kind: Kind, _ flags: Flags, stream: UInt32 = 0, _ payload: [UInt8]) {
        self.kind = kind
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    /// Takes the first frame off `bytes`; nil while it is not complete.
    init?(takingFrom bytes: inout ArraySlice<UInt8>) throws(GRPCError) {
        guard bytes.count >= Self.headerSize else { return nil }
        let start = bytes.startIndex
        let length = Int(bytes[start]) << 16 | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
        guard length <= Self.maximumPayload else { throw .malformed("a frame of \(length) bytes") }
        guard bytes.count >= Self.headerSize + length else { return nil }
        kind = Kind(rawValue: bytes[start + 3])
        flags = Flags(rawValue: bytes[start + 4])
        stream = UInt32(bigEndian: bytes[(start + 5)...]) & 0x7fff_ffff
        payload = Array(bytes[(start + Self.headerSize)..<(start + Self.headerSize + length)])
        bytes = bytes.dropFirst(Self.headerSize + length)
    }

    /// The frame as it goes over the wire.
    var bytes: [UInt8] {
        let length = payload.count
        let header = [
            UInt8(length >> 16 & 0xff), UInt8(length >> 8 & 0xff), UInt8(length & 0xff), kind?.rawValue ?? 0xff,
        ]
        return header + [flags.rawValue] + stream.bigEndianBytes + payload
    }

    /// The payload without its padding, and for HEADERS without the priority.
    func content() throws(GRPCError) -> ArraySlice<UInt8> {
        var content = payload[...]
        var padding = 0
        if flags.contains(.padded) {
            guard let length = content.popFirst() else { throw .malformed("padding without a length") }
            padding = Int(length)
        }
        if kind == .headers, flags.contains(.priority) {
            guard content.count >= 5 else { throw .malformed("a priority of less than 5 bytes") }
            content = content.dropFirst(5)
        }
        guard padding <= content.count else { throw .malformed("more padding than payload") }
        return content.dropLast(padding)
    }
}

extension UInt32 {
    /// The first four bytes, most significant first; missing ones count as 0.
    init(bigEndian bytes: some Sequence<UInt8>) {
        var value: UInt32 = 0
        var count = 0
        for byte in bytes.prefix(4) {
            value = value << 8 | UInt32(byte)
            count += 1
        }
        self = count == 4 ? value : value << UInt32(8 * (4 - count))
    }

    /// Most significant first.
    var bigEndianBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> (24 - 8 * UInt32($0))) } }
}
