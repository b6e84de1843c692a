extension String {
    /// Without the spaces and tabs that HTTP allows around a value; what is inside it stays.
    var withoutOuterSpace: String {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        if let first = utf8.first, let last = utf8.last, !isSpace(first), !isSpace(last) { return self }
        guard let first = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(self[first...last])
    }
}
