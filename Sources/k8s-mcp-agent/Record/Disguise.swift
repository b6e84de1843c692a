internal import Snapshots

/// Names and numbers that a recording must not reveal, with what replaces them.
struct Disguise {
    private var replacements: [(from: [UInt8], to: [UInt8])] = []
    private let snapshot: NodeSnapshot
    private let host: String?

    init(_ snapshot: NodeSnapshot, host: String?) {
        self.snapshot = snapshot
        self.host = host
    }

    /// The host's name becomes another one; a name of one or two letters is in too many words to be replaced.
    mutating func rename(host name: String) {
        guard let host, host.utf8.count > 2 else { return }
        replacements.append((Array(host.utf8), Array(name.utf8)))
    }

    /// UUIDs and serial numbers become made-up ones of the same length: formats that count bytes stay whole.
    ///
    /// - Parameter texts: where UUIDs and serials of GPUs may stand that NVML has lost.
    mutating func anonymize(_ texts: [String]) {
        let gpus = snapshot.gpus.compactMap(\.uuid.value)
        let instances = snapshot.gpus.flatMap { $0.inventory?.migDevices.value ?? [] }.compactMap(\.uuid.value)
        let uuids = gpus + instances + texts.flatMap { text in text.matches(of: Self.uuid).map { String($0.output) } }
        for (number, uuid) in Self.unique(uuids).enumerated() { replace(uuid, number + 1) }
        let serials =
            snapshot.gpus.compactMap { $0.inventory?.serial.value }
            + texts.flatMap { text in text.matches(of: Self.serial).map { String($0.output.1) } }
        for (number, serial) in Self.unique(serials).enumerated() { replace(serial, number + 1) }
    }

    private static var uuid: Regex<Substring> { /(?:GPU|MIG)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/ }
    private static var serial: Regex<(Substring, Substring)> { /[Ss]erial [Nn]umber(?: is|:) ([0-9A-Za-z]{8,})/ }

    /// The same text with everything replaced.
    func applied(to bytes: [UInt8]) -> [UInt8] {
        replacements.reduce(bytes) { bytes, pair in Self.replacing(pair.from, pair.to, in: bytes) }
    }

    func applied(to text: String) -> String {
        replacements.isEmpty ? text : String(decoding: applied(to: Array(text.utf8)), as: UTF8.self)
    }

    /// Whether a text would get longer or shorter.
    func changesLength(of bytes: [UInt8]) -> Bool { applied(to: bytes).count != bytes.count }

    /// Digits are replaced by zeros and the number, everything before the first `-` of a UUID is kept.
    private mutating func replace(_ text: String, _ number: Int) {
        let digits = Array(text.utf8)
        guard digits.count >= 8 else { return }
        var made = digits
        let start = digits.firstIndex(of: UInt8(ascii: "-")).map { $0 + 1 } ?? 0
        for index in start..<digits.count where digits[index] != UInt8(ascii: "-") { made[index] = UInt8(ascii: "0") }
        for (offset, digit) in String(number).utf8.reversed().enumerated() { made[made.count - 1 - offset] = digit }
        replacements.append((digits, made))
    }

    private static func unique(_ texts: [String]) -> [String] {
        var known: Set<String> = []
        return texts.filter { known.insert($0).inserted }
    }

    private static func replacing(_ from: [UInt8], _ to: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        guard let first = from.first, bytes.count >= from.count else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == first, bytes[index...].starts(with: from) {
                result += to
                index += from.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
