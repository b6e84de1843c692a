/// Who wrote a line of a journal or of syslog, by what stands before its message: `node-7 kernel: ` or `node-7 myjob[4711]: `.
///
/// Programs write what they like into such logs, also what the kernel would say.
struct LogOrigin {
    enum Writer {
        case kernel, program
        /// Nothing is said about the writer.
        case unknown
    }

    /// The syslog facility `user`, for lines of programs that tell no other.
    static let programFacility: UInt8 = 1

    let writer: Writer
    /// Bytes before the message.
    let length: Int

    /// Bytes in which the name of the writer is looked for.
    private static let reach = 128
    /// Words of a date and a host before the name of the writer.
    private static let wordLimit = 8
    /// The same where date or time have been read.
    private static let datedLimit = 3

    /// Nil where the message begins at once.
    ///
    /// - Parameters:
    ///   - isDated: a date stands before it, as syslog and journals have it; the kernel's own text has none, and there `word:`
    ///     can be the beginning of a message.
    ///   - hasStamp: a time stands before it, in whatever form: then only a host can come before the writer.
    init?(_ text: UnsafeBufferPointer<UInt8>, isDated: Bool, hasStamp: Bool) {
        var start = 0
        for index in 0..<(hasStamp ? Self.datedLimit : Self.wordLimit) {
            let end = Self.wordEnd(text, start)
            guard end > start, end < min(text.count, Self.reach) else { return nil }
            let word = LineCursor(UnsafeBufferPointer(rebasing: text[start..<end]))
            if index == 0, !isDated, Self.isFailure(text, end) {
                self.init(writer: .unknown, length: 0)
                return
            }
            if let writer = Self.writer(word, isDated: isDated && index < Self.datedLimit) {
                self.init(writer, end, text)
                return
            }
            // Talos: an address and a colon before what is read as facility and level.
            if index == 1, word.is("kern:") {
                self.init(writer: .unknown, length: start)
                return
            }
            guard !Self.isMessage(word) else { return nil }
            start = end
            while start < text.count, Text.isBlank(text[start]) { start += 1 }
        }
        return nil
    }

    private init(writer: Writer, length: Int) { (self.writer, self.length) = (writer, length) }

    /// The Fabric Manager reports errors of switches by the journal: its own lines say so, whoever prints them.
    private init(_ writer: Writer, _ end: Int, _ text: UnsafeBufferPointer<UInt8>) {
        let rest = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text[end...]))
        let name = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text[..<end]))
        let isFabricManager =
            name.firstIndex(of: "fabricmanager[") != nil && rest.firstIndex(of: "NVRM") == nil
            && rest.firstIndex(of: "Xid (") == nil
        self.init(writer: isFabricManager ? .unknown : writer, length: end)
    }

    private static func wordEnd(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var end = start
        while end < text.count, end < reach, !Text.isBlank(text[end]) { end += 1 }
        return end
    }

    /// `python3[4711]: segfault at ...`: in its own text, which has no dates, the kernel names programs that failed like that.
    private static func isFailure(_ text: UnsafeBufferPointer<UInt8>, _ wordEnd: Int) -> Bool {
        let rest = LineCursor(UnsafeBufferPointer(rebasing: text[wordEnd...]))
        return text[wordEnd - 1] == UInt8(ascii: ":")
            && (rest.starts(with: " segfault at ") || rest.starts(with: " unhandled "))
    }

    /// Nil for a word that names no writer. A journal gives a process id to all but the kernel.
    private static func writer(_ word: LineCursor, isDated: Bool) -> Writer? {
        if word.is("kernel:") || word.is("kernel[0]:") { return .kernel }
        var cursor = word
        let name = cursor.name()
        guard name > 0 else { return nil }
        if cursor.skip(UInt8(ascii: "[")) {
            guard cursor.number(digits: 10) != nil, cursor.skip("]:"), cursor.isAtEnd else { return nil }
            return .program
        }
        guard isDated, !isMessage(word), cursor.skip(UInt8(ascii: ":")), cursor.isAtEnd else { return nil }
        return .program
    }

    /// With these words the driver's and the kernel's messages about GPUs begin. A host may be called nvidia, too.
    private static func isMessage(_ word: LineCursor) -> Bool {
        switch word.peek() {
        case UInt8(ascii: "N"): word.starts(with: "NVRM")
        case UInt8(ascii: "X"): word.starts(with: "Xid")
        case UInt8(ascii: "S"): word.starts(with: "SXid")
        case UInt8(ascii: "m"): word.starts(with: "mce:")
        case UInt8(ascii: "n"):
            word.starts(with: "nvidia-peermem") || word.starts(with: "nvidia") && word.bytes.last == UInt8(ascii: ":")
        case UInt8(ascii: "A") where word.starts(with: "AER:"): true
        default: word.isAddress
        }
    }
}

extension LineCursor {
    fileprivate func `is`(_ word: StaticString) -> Bool {
        bytes.count == word.utf8CodeUnitCount && starts(with: word)
    }

    /// `0000:18:00.0`, as it stands behind the name of a driver.
    fileprivate var isAddress: Bool {
        let digits = bytes.prefix { Text.isDigit($0) || (0x61...0x66).contains($0 | 0x20) }.count
        return (4...8).contains(digits) && peek(digits) == UInt8(ascii: ":") && peek(digits + 3) == UInt8(ascii: ":")
            && peek(digits + 6) == UInt8(ascii: ".")
    }

    /// Passes what names of programs are made of.
    /// - Returns: how many bytes that were.
    fileprivate mutating func name() -> Int {
        let start = position
        while Self.isOfName(peek()) { position += 1 }
        return position - start
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "@"),
            UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "+"):
            true
        default: false
        }
    }
}
