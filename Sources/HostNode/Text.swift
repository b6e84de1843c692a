package import Snapshots

/// Reading small text files byte by byte: what they hold is not trusted, not even to be UTF-8.
enum Text {
    /// The lines, without their ends and without empty ones.
    static func lines(_ bytes: some Collection<UInt8>) -> [[UInt8]] {
        bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) }
    }

    /// The words between spaces and tabs.
    static func words(_ bytes: some Collection<UInt8>) -> [String] {
        bytes.split { isBlank($0) }.map { clean($0) }
    }

    /// The text without control characters (each becomes a space), trimmed, and cut after `limit` bytes.
    static func clean(_ bytes: some Collection<UInt8>, limit: Int = 256) -> String {
        var kept = Array(bytes.prefix(limit))
        // A character cut in half is left out, not turned into a replacement character.
        if bytes.count > limit { dropPartialCharacter(&kept) }
        let text = String(decoding: trimmed(kept[...]), as: UTF8.self)
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 }))
    }

    /// Also the C1 controls, those that turn the direction of writing or break lines in a terminal, and characters that nobody
    /// sees and a model reads: joiners, marks of byte order and annotation, and tags and variation selectors, which can hold whole
    /// sentences.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20..<0x7f: false
        case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0xfff9...0xfffb: true
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func dropPartialCharacter(_ bytes: inout [UInt8]) {
        guard let lead = bytes.lastIndex(where: { $0 & 0xc0 != 0x80 }), bytes[lead] >= 0xc0 else { return }
        let length = bytes[lead] >= 0xf0 ? 4 : bytes[lead] >= 0xe0 ? 3 : 2
        if bytes.count - lead < length { bytes.removeSubrange(lead...) }
    }

    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let first = bytes.firstIndex(where: { !isBlank($0) && $0 != UInt8(ascii: "\n") }),
            let last = bytes.lastIndex(where: { !isBlank($0) && $0 != UInt8(ascii: "\n") })
        else { return [] }
        return bytes[first...last]
    }

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// A whole decimal number with blanks around it at most; nil for anything else or too large.
    static func decimal<Number: FixedWidthInteger>(_ bytes: some Collection<UInt8>, as: Number.Type = Number.self)
        -> Number?
    {
        Number(String(decoding: trimmed(Array(bytes)[...]), as: UTF8.self))
    }

    /// A number as sysfs writes ids, `0x10de`.
    static func hexadecimal<Number: FixedWidthInteger>(_ bytes: some Collection<UInt8>, as: Number.Type = Number.self)
        -> Number?
    {
        let digits = String(decoding: trimmed(Array(bytes)[...]), as: UTF8.self)
        return Number(digits.hasPrefix("0x") ? digits.dropFirst(2) : digits[...], radix: 16)
    }

    /// What stands before and after the first `separator`, both trimmed.
    static func pair(_ line: some Collection<UInt8>, separator: UInt8) -> (key: String, value: String)? {
        let line = Array(line)
        guard let split = line.firstIndex(of: separator) else { return nil }
        return (clean(line[..<split]), clean(line[(split + 1)...]))
    }
}

extension HostFiles {
    /// A small file whose bytes `parse` turns into a value: nil means that it says nothing of use.
    func reading<Value: Sendable>(
        _ path: String, limit: Int = 4096, _ parse: ([UInt8]) -> Value?
    ) -> Reading<Value> {
        do throws(HostFileError) {
            return parse(try read(path, limit: limit)).map(Reading.value) ?? .unavailable(.notSupported)
        } catch {
            return .unavailable(Unavailable(error))
        }
    }
}

extension Unavailable {
    /// A missing file is a fact that this kernel, device or driver does not offer. Other failures of the system are told with
    /// NVML's code for them (17, NVML_ERROR_OPERATING_SYSTEM).
    package init(_ error: HostFileError) {
        switch error.cause {
        case .missing: self = .notSupported
        case .noPermission: self = .noPermission
        case .unusable(let fault): self = .unusable(fault)
        case .wrongKind, .tooLarge, .tooManyLinks, .system: self = .error(code: 17)
        }
    }
}
