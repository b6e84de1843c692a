/// Finds the driver's device nodes in /proc/<pid>/maps, piece by piece: one such file can have many thousands of lines.
struct MappedNodeFinder {
    /// The paths found, each as often as it is mapped.
    private(set) var paths: [String] = []
    private var rest: [UInt8] = []
    private static let part = Array("/dev/nvidia".utf8)
    /// No line of the kernel is longer: addresses and a path of at most 4096 bytes.
    private static let lineLimit = 8 << 10
    private static let pathLimit = 4_096

    /// Takes the next piece; true to be given more.
    mutating func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard rest.isEmpty || piece.contains(UInt8(ascii: "\n")) || rest.count < Self.lineLimit else { return false }
        rest.append(contentsOf: piece)
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return true }
        look(in: rest[...end])
        rest.removeSubrange(...end)
        return paths.count < Self.pathLimit
    }

    /// Looks at what came after the last line's end.
    mutating func finish() {
        look(in: rest[...])
        rest = []
    }

    private mutating func look(in lines: ArraySlice<UInt8>) {
        // Most maps name no device at all, and one search over the piece tells.
        guard lines.withUnsafeBytes({ $0.contains(Self.part) }) else { return }
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            guard let start = line.firstIndex(of: UInt8(ascii: "/")) else { continue }
            let path = line[start...]
            if path.withUnsafeBytes({ $0.contains(Self.part) }) { paths.append(String(decoding: path, as: UTF8.self)) }
        }
    }
}
