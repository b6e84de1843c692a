/// Members of the object that is being written. A nil value leaves its member out.
extension JSONWriter {
    @inlinable public mutating func field(_ key: String, _ value: (some FixedWidthInteger)?) {
        guard let value else { return }
        self.key(key)
        int(value)
    }

    @inlinable public mutating func field(_ key: String, _ value: Bool?) {
        guard let value else { return }
        self.key(key)
        bool(value)
    }

    @inlinable public mutating func field(_ key: String, _ value: String?) {
        guard let value else { return }
        self.key(key)
        string(value)
    }

    /// A NaN or infinite value leaves the member out too.
    @inlinable public mutating func field(_ key: String, _ value: Double?) {
        guard let value, value.isFinite else { return }
        self.key(key)
        double(value)
    }

    /// A number rounded to so many decimals; a NaN or infinite value leaves the member out too.
    @inlinable public mutating func field(_ key: String, _ value: Double?, decimals: Int) {
        guard let value, value.isFinite else { return }
        self.key(key)
        double(value, decimals: decimals)
    }

    public mutating func field(_ key: String, _ value: JSONValue?) {
        guard let value, value.isWritable else { return }
        self.key(key)
        self.value(value)
    }

    /// A member whose value is encoded already.
    @inlinable public mutating func field(_ key: String, raw json: [UInt8]?) {
        guard let json else { return }
        self.key(key)
        raw(json)
    }

    @inlinable public mutating func object<Failure: Error>(
        _ key: String, _ members: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.key(key)
        try object(members)
    }

    @inlinable public mutating func array<Failure: Error>(
        _ key: String, _ elements: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.key(key)
        try array(elements)
    }
}
