/// A pattern of URIs: the part of RFC 6570 that can be read backwards without doubt. `{name}` stands for one or more
/// characters up to the next `/`, `?` or `#`; `{+name}` for one or more characters of any kind.
public struct URITemplate: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case literal([UInt8])
        case variable(String, crossesSlashes: Bool)
    }

    public let text: String
    let parts: [Part]

    public init(_ text: String) {
        self.text = text
        parts = Self.parse(Array(text.utf8))
    }

    /// The names of its variables, in order.
    public var variables: [String] {
        parts.compactMap { if case .variable(let name, _) = $0 { name } else { nil } }
    }

    /// The value of each variable, if the URI follows the pattern.
    public func match(_ uri: String) -> [String: String]? {
        var found: [String: String] = [:]
        return Self.match(Array(uri.utf8)[...], parts[...], &found) ? found : nil
    }

    private static func parse(_ text: [UInt8]) -> [Part] {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "{")),
            let close = rest[open...].firstIndex(of: UInt8(ascii: "}"))
        {
            if open > rest.startIndex { parts.append(.literal(Array(rest[..<open]))) }
            let crosses = rest[open + 1] == UInt8(ascii: "+")
            let name = rest[(open + (crosses ? 2 : 1))..<close]
            parts.append(.variable(String(decoding: name, as: UTF8.self), crossesSlashes: crosses))
            rest = rest[(close + 1)...]
        }
        if !rest.isEmpty { parts.append(.literal(Array(rest))) }
        return parts
    }

    private static func match(
        _ uri: ArraySlice<UInt8>, _ parts: ArraySlice<Part>, _ found: inout [String: String]
    ) -> Bool {
        guard let part = parts.first else { return uri.isEmpty }
        switch part {
        case .literal(let literal):
            return uri.starts(with: literal) && match(uri.dropFirst(literal.count), parts.dropFirst(), &found)
        case .variable(let name, let crosses):
            let end = crosses ? uri.endIndex : uri.firstIndex(where: { "/?#".utf8.contains($0) }) ?? uri.endIndex
            // Literals follow each other seldom, so that the first try, the longest, is nearly always right.
            for stop in stride(from: end, to: uri.startIndex, by: -1) {
                guard match(uri[stop...], parts.dropFirst(), &found) else { continue }
                found[name] = percentDecoded(uri[..<stop])
                return found[name] != nil
            }
            return false
        }
    }

    /// Nil where the escapes are broken or do not spell UTF-8.
    static func percentDecoded(_ text: ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, let escaped = UInt8(digits, radix: 16) else { return nil }
            bytes.append(escaped)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
