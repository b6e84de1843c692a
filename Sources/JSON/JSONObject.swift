/// The members of a JSON object, in the order they were written, each key once.
///
/// Keys are compared byte for byte, as RFC 8259 wants, not by Unicode equivalence.
public struct JSONObject: Sendable {
    public struct Member: Sendable, Equatable {
        public let key: String
        public var value: JSONValue

        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    private var members: [Member] = []
    /// Where each key is; kept only above `linearLimit` members, where a search would cost more than a hash.
    private var positions: [KeyBytes: Int]?

    private static var linearLimit: Int { 16 }

    public init() {}

    /// The members in order; of equal keys the first one counts.
    public init(_ elements: [(String, JSONValue)]) {
        members.reserveCapacity(elements.count)
        for (key, value) in elements { append(key, value) }
    }

    /// Adds a member at the end.
    ///
    /// - Returns: false, and nothing is changed, when the key is there already.
    @discardableResult
    public mutating func append(_ key: String, _ value: JSONValue) -> Bool {
        guard members.count >= Self.linearLimit else {
            if linearPosition(of: key) != nil { return false }
            members.append(Member(key: key, value: value))
            return true
        }
        if positions == nil { index() }
        let position = members.count
        if let taken = positions?.updateValue(position, forKey: KeyBytes(key)) {
            positions?[KeyBytes(key)] = taken
            return false
        }
        members.append(Member(key: key, value: value))
        return true
    }

    /// The value of a key. Setting replaces it in its place or adds it at the end; setting nil removes it.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): members[position].value = value
            case (nil, let value?): append(key, value)
            case (let position?, nil): remove(at: position)
            case (nil, nil): break
            }
        }
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        if positions != nil { index() }
    }

    private mutating func index() {
        var found: [KeyBytes: Int] = [:]
        found.reserveCapacity(members.count * 2)
        for (position, member) in members.enumerated() { found[KeyBytes(member.key)] = position }
        positions = found
    }

    private func position(of key: String) -> Int? {
        if let positions { positions[KeyBytes(key)] } else { linearPosition(of: key) }
    }

    private func linearPosition(of key: String) -> Int? {
        members.withUnsafeBufferPointer { members in
            for position in members.indices where members[position].key == key {
                if members[position].key.hasSameBytes(as: key) { return position }
            }
            return nil
        }
    }
}

extension JSONObject: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { members.count }
    public subscript(position: Int) -> Member { members[position] }
}

extension JSONObject: Equatable {
    /// Equal when the same members come in the same order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool { left.members == right.members }
}

extension String {
    fileprivate func hasSameBytes(as other: String) -> Bool {
        let fast = utf8.withContiguousStorageIfAvailable { ours in
            other.utf8.withContiguousStorageIfAvailable { ByteScan.isSame(ours, $0) }
        }
        return (fast ?? nil) ?? utf8.elementsEqual(other.utf8)
    }
}

/// A key that compares and hashes by its UTF-8 bytes.
private struct KeyBytes: Hashable, Sendable {
    let key: String

    init(_ key: String) { self.key = key }

    static func == (left: KeyBytes, right: KeyBytes) -> Bool {
        // Equal bytes imply Unicode equivalence, whose quick test is the cheaper one for the common case: different.
        left.key == right.key && left.key.hasSameBytes(as: right.key)
    }

    func hash(into hasher: inout Hasher) {
        let fed: Void? = key.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        if fed == nil { for byte in key.utf8 { hasher.combine(byte) } }
    }
}
