import Snapshots
import Testing

@testable import HostNode

@Suite struct KernelLogTextTests {
    /// 2026-11-22T04:00:00Z
    static let calendar = LogCalendar(now: 1_795_320_000_000_000)
    /// 2026-11-22T03:14:15Z
    static let moment: Int64 = 1_795_317_255_000_000
    static let xid = "NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus."

    static func records(_ text: String, chunk: Int = .max, calendar: LogCalendar = calendar) -> [KernelLogRecord] {
        var log = KernelLogText(calendar: calendar)
        var records: [KernelLogRecord] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(chunk))
            rest = rest.dropFirst(part.count)
            part.withUnsafeBytes { log.feed($0) { records.append($0) } }
        }
        log.finish { records.append($0) }
        return records
    }

    struct Shape: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let prefix: String
        var wall: Int64?
        var monotonic: UInt64?
        var level: UInt8?
        var facility: UInt8?

        init(
            _ name: String, _ prefix: String, wall: Int64? = nil, monotonic: UInt64? = nil, level: UInt8? = nil,
            facility: UInt8? = nil
        ) {
            testDescription = name
            self.prefix = prefix
            self.wall = wall
            self.monotonic = monotonic
            self.level = level
            self.facility = facility
        }
    }

    static let shapes = [
        Shape("plain", ""),
        Shape("dmesg", "[  123.456789] ", monotonic: 123_456_789),
        Shape("dmesg long up", "[437812.449932] ", monotonic: 437_812_449_932),
        Shape("dmesg -d", "[  +0.000844] "),
        Shape("dmesg -d both", "[  123.456789 <    0.000012>] ", monotonic: 123_456_789),
        Shape("dmesg with caller", "[  123.456789] [ T1946] ", monotonic: 123_456_789),
        Shape("dmesg caller glued", "[  123.456789][   C12] ", monotonic: 123_456_789),
        Shape("dmesg -T", "[Sun Nov 22 03:14:15 2026] ", wall: moment),
        Shape("dmesg -T one digit", "[Sun Nov  1 03:14:15 2026] ", wall: moment - 21 * 86_400_000_000),
        Shape("dmesg -H", "[Nov22 03:14] "),
        Shape("dmesg -r", "<4>[  123.456789] ", monotonic: 123_456_789, level: 4, facility: 0),
        Shape("dmesg -r user", "<12>[  123.456789] ", monotonic: 123_456_789, level: 4, facility: 1),
        Shape("dmesg -x", "kern  :warn  : [  123.456789] ", monotonic: 123_456_789, level: 4, facility: 0),
        Shape("dmesg -x -T", "kern  :err   : [Sun Nov 22 03:14:15 2026] ", wall: moment, level: 3, facility: 0),
        Shape(
            "dmesg -x iso", "kern  :err   : 2026-11-22T03:14:15,250000+00:00 ", wall: moment + 250_000, level: 3,
            facility: 0),
        Shape("dmesg -x user", "user  :notice: [    1.000000] ", monotonic: 1_000_000, level: 5, facility: 1),
        Shape("dmesg iso", "2026-11-22T04:14:15,123456+01:00 ", wall: moment + 123_456),
        Shape("journal short", "Nov 22 03:14:15 node-7 kernel: ", wall: moment, facility: 0),
        Shape("journal precise", "Nov 22 03:14:15.123456 node-7 kernel: ", wall: moment + 123_456, facility: 0),
        Shape("journal iso", "2026-11-22T03:14:15+0000 node-7 kernel: ", wall: moment, facility: 0),
        Shape("journal iso precise", "2026-11-22T03:14:15.000001-0000 node-7 kernel: ", wall: moment + 1, facility: 0),
        Shape("journal full", "Sun 2026-11-22 03:14:15 UTC node-7 kernel: ", wall: moment, facility: 0),
        Shape("journal unix", "1795317255.123456 node-7 kernel: ", wall: moment + 123_456, facility: 0),
        Shape("journal monotonic", "[  123.456789] node-7 kernel: ", monotonic: 123_456_789, facility: 0),
        Shape("journal other language", "nov. 22 03:14:15 node-7 kernel: ", facility: 0),
        Shape("journal no host", "Nov 22 03:14:15 kernel: ", wall: moment, facility: 0),
        Shape(
            "syslog", "Nov 22 03:14:15 node-7 kernel: [  123.456789] ", wall: moment, monotonic: 123_456_789,
            facility: 0),
        Shape("syslog last year", "Dec 31 23:59:59 node-7 kernel: ", wall: 1_767_225_599_000_000, facility: 0),
        Shape(
            "syslog rfc3339", "2026-11-22T03:14:15.5Z node-7 kernel: [  1.5] ", wall: moment + 500_000,
            monotonic: 1_500_000, facility: 0),
        Shape(
            "Talos", "10.0.0.7: kern: warning: [2026-11-22T03:14:15.000000000Z]: ", wall: moment, level: 4, facility: 0),
        Shape(
            "Talos name", "node-7: kern:     err: [2026-11-22T03:14:15.1Z]: ", wall: moment + 100_000, level: 3,
            facility: 0),
        Shape(
            "syslog rfc5424", "<4>1 2026-11-22T03:14:15.003Z node-7 kernel - - - ", wall: moment + 3_000, level: 4,
            facility: 0),
        Shape(
            "syslog rfc5424 data", #"<4>1 2026-11-22T03:14:15Z node-7 kernel - - [x y="z"][a@1 b="\"]"] "#,
            wall: moment,
            level: 4, facility: 0),
        Shape(
            "syslog rfc5424 mark", "<4>1 2026-11-22T03:14:15Z node-7 kernel - - - \u{feff}", wall: moment, level: 4,
            facility: 0),
        Shape(
            "syslog rfc5424 all", "<4>1 2026-11-22T03:14:15Z node-7 kernel - - [x y=\"z\"] \u{feff}[  123.456789] ",
            wall: moment, monotonic: 123_456_789, level: 4, facility: 0),
        Shape("journal full zone", "Sun 2026-11-22 03:14:15 PST node-7 kernel: ", wall: moment, facility: 0),
        Shape("dmesg -x local", "local0:info  : [  123.456789] ", monotonic: 123_456_789, level: 6, facility: 16),
        Shape(
            "dmesg -x authpriv", "authpriv:info  : [  123.456789] ", monotonic: 123_456_789, level: 6, facility: 10),
        Shape("record", "4,1227,437812449932,c;", monotonic: 437_812_449_932, level: 4, facility: 0),
        Shape(
            "record user", "12,5001,437812449999,-,caller=T1,new=field;", monotonic: 437_812_449_999, level: 4,
            facility: 1),
        Shape("quoted", "> - `[  123.456789] ", monotonic: 123_456_789),
    ]

    @Test(arguments: shapes) func knowsTheShape(_ shape: Shape) throws {
        let text = "first line\n" + shape.prefix + Self.xid + "\nlast line\n"
        let records = Self.records(text)
        let record = try #require(records.first)
        #expect(records.count == 1)
        #expect(record.message.hasSuffix(Self.xid))
        #expect(record.message == Self.xid)
        #expect(record.wallMicroseconds == shape.wall)
        #expect(record.monotonicMicroseconds == shape.monotonic)
        #expect(record.level == shape.level)
        #expect(record.facility == shape.facility)
        #expect(record.isInjected == (shape.facility ?? 0 > 0))
    }

    @Test func localTimeIsMeantWhereNoZoneIsNamed() {
        var calendar = Self.calendar
        calendar.secondsFromUTC = 3600
        #expect(
            Self.records("[Sun Nov 22 03:14:15 2026] " + Self.xid, calendar: calendar).first?.wallMicroseconds
                == Self.moment - 3_600_000_000)
        #expect(
            Self.records("2026-11-22T03:14:15Z h kernel: " + Self.xid, calendar: calendar).first?.wallMicroseconds
                == Self.moment)
        #expect(Self.records("[Sun Nov 22 03:14:15 2026] " + Self.xid, calendar: calendar)[0].isZoneUnknown == false)
    }

    @Test(arguments: [
        ("[Sun Nov 22 03:14:15 2026] ", true), ("Nov 22 03:14:15 node-7 kernel: ", true),
        ("2026-11-22 03:14:15 node-7 kernel: ", true), ("Sun 2026-11-22 03:14:15 PST node-7 kernel: ", true),
        ("Sun 2026-11-22 03:14:15 UTC node-7 kernel: ", false), ("2026-11-22T03:14:15Z node-7 kernel: ", false),
        ("2026-11-22T04:14:15+01:00 node-7 kernel: ", false), ("1795317255.123456 node-7 kernel: ", false),
        ("[  123.456789] ", false),
    ]) func whatNamesNoZoneIsMarked(_ prefix: String, _ isUnknown: Bool) {
        #expect(Self.records(prefix + Self.xid).map(\.isZoneUnknown) == [isUnknown])
    }

    @Test func aBootTimeGivesStampsATimeOfDay() {
        let calendar = LogCalendar(now: Self.moment, bootTime: 1_000_000_000)
        #expect(Self.records("[    2.5] " + Self.xid, calendar: calendar).first?.wallMicroseconds == 1_002_500_000)
    }

    @Test("a stamp that leads beyond the year 9999 gives no time of day")
    func stampsWithoutEnd() {
        let calendar = LogCalendar(now: Self.moment, bootTime: Self.moment)
        let found = Self.records("4,7,300000000000000000,-;" + Self.xid, calendar: calendar)
        #expect(found.count == 1 && found.first?.wallMicroseconds == nil)
        let zone = Self.records("9999-12-31T23:59:59-01:00 n1 kernel: " + Self.xid, calendar: calendar)
        #expect(zone.count == 1 && zone.first?.wallMicroseconds == nil)
    }

    @Test(arguments: [1, 2, 3, 7, 64, 4096]) func piecesOfAnySizeGiveTheSame(_ size: Int) {
        let text = Self.shapes.map { $0.prefix + Self.xid + "\r\n" }.joined(separator: "other\n")
        #expect(Self.records(text, chunk: size) == Self.records(text))
        #expect(Self.records(text).count == Self.shapes.count)
    }

    @Test func numbersAreThoseOfTheLinesOrTheRecords() {
        let records = Self.records("a\nb\n\(Self.xid)\nc\n4,77,1,-;\(Self.xid)")
        #expect(records.map(\.sequence) == [3, 77])
    }

    @Test func escapesAreUndoneAndControlsRemoved() {
        let text = #"4,1,1,-;NVRM: one\x0aNVRM: two\x09three \x1b[31mred caf\xc3\xa9 \x5c #012NVRM: \xZZ #013"#
        #expect(Self.records(text).first?.message == #"NVRM: one NVRM: two three  [31mred café \  NVRM: \xZZ #013"#)
    }

    @Test func linesOfOneMessageAreJoined() {
        let text = """
            [  1.000001] NVRM: API mismatch: the client 'nvidia-smi' (pid 4242)
                         NVRM: has the version 570.86.15, but this kernel module has
            NVRM: the version 570.133.20.  Please make sure
            [  2.000000] \(Self.xid)
            NVRM: Xid (PCI:0000:3b:00): 45, pid=1, Ch 1
            """
        let messages = Self.records(text).map(\.message)
        #expect(messages.count == 3)
        #expect(
            messages[0].contains(
                "(pid 4242) NVRM: has the version 570.86.15, but this kernel module has NVRM: the version"))
        #expect(messages[1] == Self.xid)
    }

    @Test func dictionaryLinesAndForeignLinesAreLeftOut() {
        let text =
            "3,5,6,-;pcieport 0000:16:01.0: AER: Corrected error\n SUBSYSTEM=pci\n DEVICE=+pci:0000:16:01.0\n6,6,7,-;usb 1-1: new\n"
        #expect(Self.records(text).map(\.message) == ["pcieport 0000:16:01.0: AER: Corrected error"])
    }

    @Test func theMessageMayHoldTheWordKernel() {
        let line = "NVRM: loading NVIDIA UNIX Open kernel: x"
        #expect(Self.records("[ 1.0] " + line).first?.message == line)
    }

    @Test func endlessBinaryAndCutLinesAreSurvived() {
        let endless = String(repeating: "x", count: 100_000) + Self.xid
        #expect(Self.records(endless).isEmpty)
        let long = Self.records(Self.xid + String(repeating: "y", count: 100_000))
        #expect(long.first?.message.utf8.count == LogMessage.limit)
        for shape in Self.shapes {
            let line = shape.prefix + Self.xid
            for length in 0...line.utf8.count {
                _ = Self.records(String(decoding: line.utf8.prefix(length), as: UTF8.self))
            }
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let noise = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) }
            noise.withUnsafeBytes { bytes in
                var log = KernelLogText(calendar: Self.calendar) { _ in true }
                log.feed(bytes) { record in
                    #expect(!record.message.unicodeScalars.contains { $0.value < 0x20 })
                }
                log.finish { _ in }
            }
        }
    }

    @Test(arguments: Tree.allCases) func readsAFileOfTheNode(_ tree: Tree) throws {
        let lines = (0..<5000).map { "4,\($0),\($0)000,-;\($0 % 2 == 0 ? Self.xid : "nothing")" }
        let files = try tree.files([
            "/dev/kmsg": .text(lines.joined(separator: "\n")),
            "/proc/sys/kernel/random/boot_id": .text("4508e6e5-824f-44f8-99e1-dba123dc0e71\n"),
            "/proc/stat": .text("cpu 1 2\nintr 5\nbtime 1000\nprocesses 3\n"),
        ])
        var log = KernelLog(files)
        log.limit = 10
        let reading = try log.read()
        #expect(reading.source == .file(path: "/dev/kmsg"))
        #expect(reading.bootID == "4508e6e5-824f-44f8-99e1-dba123dc0e71")
        #expect(
            reading.records.last?.wallMicroseconds == 1_000_000_000 + Int64(reading.records.last?.sequence ?? 0) * 1_000
        )
        #expect(cause(of: { () throws(HostFileError) in _ = try log.read(file: "/none") }) == .missing)
    }

    /// A message of several lines at each place where a page may end, a line without an end, a stamp only at the start.
    @Test(arguments: Tree.allCases) func pagesAreTheWholeLog(_ tree: Tree) throws {
        let record =
            "[ 1843.308145] NVRM: The NVIDIA GPU 0000:18:00.0\nNVRM: (PCI ID: 10de:2330) has fallen off the bus"
        let lines = (0..<6_000).map { $0 % 3 == 0 ? record : "[ 1843.308145] usb \($0): something else" }
        let files = try tree.files(["/log": .text(lines.joined(separator: "\n"))])
        var log = KernelLog(files)
        let whole = try log.read(file: "/log")
        #expect(whole.next == nil)
        #expect(whole.records.count == 2_000)
        #expect(whole.scannedCount == 8_000)
        log.limit = 1
        var (records, scanned, pages): ([KernelLogRecord], UInt64, Int) = ([], 0, 0)
        var next: KernelLogCursor? = KernelLogCursor()
        while let start = next, pages < 100 {
            let page = try log.read(file: "/log", from: start)
            records += page.records
            scanned += page.scannedCount
            next = page.next
            pages += 1
        }
        #expect(pages > 1)
        #expect(records == whole.records)
        #expect(scanned == whole.scannedCount)
    }

    @Test(arguments: Tree.allCases) func aFileThatBecameShorterIsAnother(_ tree: Tree) throws {
        let log = KernelLog(try tree.files(["/log": .text("NVRM: x\n")]))
        let start = KernelLogCursor(position: 9, count: 1)
        #expect(cause(of: { () throws(HostFileError) in _ = try log.read(file: "/log", from: start) }) == .missing)
    }

    @Test(arguments: [
        "NVRM", "NVLink", "NVSwitch", "Xid ", "Xid:", "nvidia", "nouveau", "pcieport", "pciehp", "PCIe Bus Error",
        "AER: ",
        "mce: ", "Linux version ", "Hardware Error", "\"MESSAGE\":[", "\"MESSAGE\": [",
    ])
    func theFilterKeeps(_ word: String) {
        #expect(Array("eth0: \(word)x".utf8).withUnsafeBufferPointer { GPULogLines.mayMatter($0) })
        #expect(Array(word.utf8).withUnsafeBufferPointer { GPULogLines.mayMatter($0) })
    }

    @Test(arguments: ["-- Boot 0123", "-- Reboot --"]) func theFilterKeepsMarks(_ line: String) {
        #expect(Array(line.utf8).withUnsafeBufferPointer { GPULogLines.mayMatter($0) })
    }

    @Test(arguments: ["", "N", "NVR", "usb 1-1: new device", "xpciexport", "Xi", "nvidi", "audit: type=1400"])
    func theFilterDrops(_ line: String) {
        #expect(!Array(line.utf8).withUnsafeBufferPointer { GPULogLines.mayMatter($0) })
    }
}
