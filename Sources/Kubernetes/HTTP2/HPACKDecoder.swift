/// One header of an answer.
struct HTTP2Header: Equatable {
    let name: String
    let value: String

    /// What it counts for in a table (RFC 7541, section 4.1).
    fileprivate var size: Int { name.utf8.count + value.utf8.count + 32 }
}

/// Reads header blocks (HPACK, RFC 7541), all of it: a server may index and compress as it likes.
struct HPACKDecoder {
    /// Bytes of one block, and of all headers that it unfolds to.
    static let limit = 64 << 10
    /// The size of the table that the protocol starts with, and which this client never raises.
    private static let tableLimit = 4_096

    /// The newest first.
    private var table: [HTTP2Header] = []
    private var tableSize = 0
    private var tableCapacity = tableLimit
    private var huffman: HPACKHuffman?

    /// The headers of one block, in order.
    mutating func decode(_ block: [UInt8]) throws(GRPCError) -> [HTTP2Header] {
        var rest = block[...]
        var headers: [HTTP2Header] = []
        var size = 0
        while let first = rest.first {
            if first & 0xe0 == 0x20 {
                try resize(to: integer(&rest, bits: 5))
                continue
            }
            let header = try header(first, &rest)
            size += header.size
            guard size <= Self.limit else { throw .malformed("more than \(Self.limit) bytes of headers") }
            headers.append(header)
        }
        return headers
    }

    private mutating func header(_ first: UInt8, _ rest: inout ArraySlice<UInt8>) throws(GRPCError) -> HTTP2Header {
        if first & 0x80 != 0 { return try entry(integer(&rest, bits: 7)) }
        let isIndexed = first & 0x40 != 0
        let index = try integer(&rest, bits: isIndexed ? 6 : 4)
        let name = try index == 0 ? text(&rest) : entry(index).name
        let header = HTTP2Header(name: name, value: try text(&rest))
        if isIndexed { add(header) }
        return header
    }

    private func entry(_ index: Int) throws(GRPCError) -> HTTP2Header {
        let names = Self.staticNames
        if index > names.count, index - names.count <= table.count { return table[index - names.count - 1] }
        guard (1...names.count).contains(index) else { throw .malformed("a header index of \(index)") }
        return HTTP2Header(name: names[index - 1], value: Self.staticValues[index] ?? "")
    }

    // MARK: The table

    private mutating func add(_ header: HTTP2Header) {
        tableSize += header.size
        table.insert(header, at: 0)
        evict()
    }

    private mutating func resize(to capacity: Int) throws(GRPCError) {
        guard capacity <= Self.tableLimit else { throw .malformed("a header table of \(capacity) bytes") }
        tableCapacity = capacity
        evict()
    }

    private mutating func evict() {
        while tableSize > tableCapacity, let oldest = table.popLast() { tableSize -= oldest.size }
    }

    // MARK: Integers and texts

    /// An integer that begins with the low `bits` of the first byte.
    private func integer(_ rest: inout ArraySlice<UInt8>, bits: UInt8) throws(GRPCError) -> Int {
        let mask = UInt8(1) << bits - 1
        guard let first = rest.popFirst() else { throw .malformed("a header block that ends early") }
        var value = Int(first & mask)
        guard value == Int(mask) else { return value }
        // Three more bytes are enough for all that is allowed here.
        for shift in [0, 7, 14] {
            guard let byte = rest.popFirst() else { throw .malformed("a header block that ends early") }
            value += Int(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw .malformed("a length in a header block that is too large")
    }

    private mutating func text(_ rest: inout ArraySlice<UInt8>) throws(GRPCError) -> String {
        let isHuffman = rest.first.map { $0 & 0x80 != 0 } ?? false
        let length = try integer(&rest, bits: 7)
        guard length <= rest.count else { throw .malformed("a header block that ends early") }
        let bytes = rest.prefix(length)
        rest = rest.dropFirst(length)
        guard isHuffman else { return String(decoding: bytes, as: UTF8.self) }
        let huffman = huffman ?? HPACKHuffman()
        self.huffman = huffman
        return String(decoding: try huffman.decode(bytes), as: UTF8.self)
    }
}

extension HPACKDecoder {
    /// RFC 7541, appendix A: entries 1 to 61.
    private static let staticNames: [String] = [
        ":authority", ":method", ":method", ":path", ":path", ":scheme", ":scheme", ":status", ":status", ":status",
        ":status", ":status", ":status", ":status", "accept-charset", "accept-encoding", "accept-language",
        "accept-ranges", "accept", "access-control-allow-origin", "age", "allow", "authorization", "cache-control",
        "content-disposition", "content-encoding", "content-language", "content-length", "content-location",
        "content-range", "content-type", "cookie", "date", "etag", "expect", "expires", "from", "host", "if-match",
        "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-modified", "link", "location",
        "max-forwards", "proxy-authenticate", "proxy-authorization", "range", "referer", "refresh", "retry-after",
        "server", "set-cookie", "strict-transport-security", "transfer-encoding", "user-agent", "vary", "via",
        "www-authenticate",
    ]

    private static let staticValues: [Int: String] = [
        2: "GET", 3: "POST", 4: "/", 5: "/index.html", 6: "http", 7: "https", 8: "200", 9: "204", 10: "206", 11: "304",
        12: "400", 13: "404", 14: "500", 16: "gzip, deflate",
    ]
}
