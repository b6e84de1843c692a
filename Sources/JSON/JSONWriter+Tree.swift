extension JSONWriter {
    /// Writes a tree; NaN and infinite numbers in it are left out with their keys.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .int(let integer): int(integer)
        case .uint(let integer): int(integer)
        case .double(let number): double(number)
        case .string(let text): string(text)
        case .array(let elements): array { w in for element in elements { w.value(element) } }
        case .object(let object): self.value(object)
        }
    }

    public mutating func value(_ object: JSONObject) {
        self.object { w in for member in object { w.field(member.key, member.value) } }
    }
}

extension JSONValue {
    /// Whether it has a JSON form at all, which NaN and infinity have not.
    var isWritable: Bool {
        if case .double(let number) = self { number.isFinite } else { true }
    }

    /// The value as compact JSON.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.finish()
    }
}

extension JSONObject {
    /// The object as compact JSON.
    public func encoded() -> [UInt8] { JSONValue.object(self).encoded() }
}
