internal import JSON

/// What a scenario says about the node's files beside what follows from its devices.
package struct HostDescription: ScenarioSection, Sendable {
    /// A real directory that is the node's root instead of a generated one.
    package var root: String?
    /// Entries of a real directory that are laid over the generated ones.
    package var folder: [String: HostFile] = [:]
    /// Whether files are made that agree with the devices; false for a node whose files are all given.
    package var isGenerated = true
    /// Entries that are added or replaced, by path without a leading slash.
    package var files: [String: HostFile] = [:]
    /// Paths that are taken away, with everything below them.
    package var removed: [String] = []

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        removed = try reader.strings("remove").map(Self.relative)
        isGenerated = try reader.flag("generated", true)
        guard let value = reader.take("files") else { return }
        guard let object = value.objectValue else {
            throw ScenarioError("expected an object of paths", at: reader.place("files"))
        }
        for member in object {
            files[Self.relative(member.key)] = try HostFile(member.value, at: "\(reader.place("files")).\(member.key)")
        }
    }

    private static func relative(_ path: String) -> String { String(path.drop { $0 == "/" }) }
}

extension HostFile {
    /// A text, `{"symlink": TARGET}`, `{"hex": BYTES}`, `{"device": [MAJOR, MINOR]}`, `{"directory": true}` or
    /// `{"forbidden": true}`.
    init(_ value: JSONValue, at path: String) throws(ScenarioError) {
        if let text = value.stringValue {
            self = .text(text)
            return
        }
        var reader = try ObjectReader(value, at: path)
        if let target = try reader.string("symlink") {
            self = .symlink(target)
        } else if let digits = try reader.string("hex") {
            self = .file(try Self.bytes(digits, at: reader.place("hex")))
        } else if try reader.flag("directory", false) {
            self = .directory
        } else if try reader.flag("forbidden", false) {
            self = .forbidden
        } else {
            let numbers = try reader.numbers("device")
            guard numbers.count == 2 else {
                throw ScenarioError(
                    "expected a text, \"symlink\", \"hex\", \"directory\", \"device\" or \"forbidden\"", at: path)
            }
            self = .characterDevice(
                major: UInt32(truncatingIfNeeded: numbers[0]), minor: UInt32(truncatingIfNeeded: numbers[1]))
        }
        try reader.finish()
    }

    private static func bytes(_ digits: String, at path: String) throws(ScenarioError) -> [UInt8] {
        let characters = digits.filter { !$0.isWhitespace }.map { $0 }
        let bytes = stride(from: 0, to: characters.count - 1, by: 2).compactMap { start in
            UInt8(String(characters[start...(start + 1)]), radix: 16)
        }
        guard bytes.count * 2 == characters.count else {
            throw ScenarioError("expected pairs of hexadecimal digits", at: path)
        }
        return bytes
    }
}
