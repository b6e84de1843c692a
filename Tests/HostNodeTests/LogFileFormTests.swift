import Snapshots
import Testing

@testable import HostNode

/// What is no log must not pass for one without faults.
@Suite struct LogFileFormTests {
    private static let line = "[ 4000.000000] NVRM: Xid (PCI:0000:1b:00): 79, GPU has fallen off the bus.\n"

    static let unusable: [(bytes: [UInt8], fault: UnusableFile)] = [
        ([], .empty), (Array(repeating: 0, count: 10_000), .empty), ([0x1f, 0x8b, 0x08, 0x00, 0x41], .gzip),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00], .xz), ([0x28, 0xb5, 0x2f, 0xfd, 0x41], .zstd),
        (Array("BZh91AY".utf8), .bzip2), ([0x04, 0x22, 0x4d, 0x18], .lz4), ([0x50, 0x4b, 0x03, 0x04], .zip),
        (Array("LPKSHHRH".utf8), .journal), ([0xff, 0xfe] + line.utf8.flatMap { [$0, 0] }, .utf16),
        (line.utf8.flatMap { [$0, 0] }, .utf16), (line.utf8.flatMap { [0, $0] }, .utf16),
        ((0..<4_096).map { UInt8(truncatingIfNeeded: $0 &* 97) & 0x1f }, .binary), (Array("\n".utf8), .noKernelLog),
    ]

    @Test(
        "text of other programs is no kernel log",
        arguments: [
            "hello", "2026-11-22 03:14:15,926 INFO nvidia-smi is there", "[2026-11-22 03:14:15] nvidia: started",
            "2026-11-22T03:14:15Z myjob: NVRM is a word",
            "Nov 22 03:14:15 node-7 myjob[4711]: NVRM: Xid (PCI:0000:3b:00): 79",
        ]) func textOfPrograms(_ line: String) throws
    {
        let log = KernelLog(try Tree.memory.files(["/log": .text("\(line)\n\(line)\n")]))
        #expect(cause(of: { () throws(HostFileError) in _ = try log.read(file: "/log") }) == .unusable(.noKernelLog))
    }

    @Test(
        "a kernel's log without a word on GPUs is one",
        arguments: [
            "[   10.000000] usb 1-1: new device", "[Sun Nov 22 03:14:15 2026] usb 1-1: new device",
            "6,1,10000000,-;usb 1-1: new device", "<6>[   10.000000] usb 1-1: new device",
            "2026-11-22T03:14:15,926535+01:00 usb 1-1: new device", "kern  :info  : [   10.000000] usb 1-1: new device",
            "Nov 22 03:14:15 node-7 kernel: usb 1-1: new device",
            #"{"_TRANSPORT":"kernel","MESSAGE":"usb 1-1: new device","SYSLOG_FACILITY":"0","PRIORITY":"6"}"#,
        ]) func kernelLogs(_ line: String) throws
    {
        let log = KernelLog(try Tree.memory.files(["/log": .text("\(line)\n")]))
        #expect(try log.read(file: "/log").records.isEmpty)
    }

    @Test(arguments: unusable) func filesThatAreNoLogs(_ bytes: [UInt8], _ fault: UnusableFile) throws {
        for tree in Tree.allCases {
            let log = KernelLog(try tree.files(["/log": .file(bytes)]))
            #expect(cause(of: { () throws(HostFileError) in _ = try log.read(file: "/log") }) == .unusable(fault))
        }
    }

    @Test(arguments: [
        line, "\u{feff}\(line)", String(repeating: "\0", count: 5_000) + line,
        "\u{1b}[32m[ 4000.0]\u{1b}[0m NVRM: caf\u{e9} \t\r\n", "a\n" + String(repeating: "\0", count: 3_000) + line,
    ]) func textIsRead(_ text: String) throws {
        let log = KernelLog(try Tree.memory.files(["/log": .text(text)]))
        let records = try log.read(file: "/log").records
        #expect(records.count == 1)
        #expect(records.allSatisfy { $0.message.contains("NVRM: ") })
    }

    @Test("the newest date of a file is told, if it has one")
    func newestDate() throws {
        let lines = (10..<40).map { "2026-11-22T03:14:\($0)+00:00 node-7 kernel: usb 1-1: new device" }
        let dated = KernelLog(try Tree.memory.files(["/log": .text(lines.joined(separator: "\n"))]))
        #expect(try dated.read(file: "/log").lastMicroseconds == 1_795_317_279_000_000)
        let plain = KernelLog(try Tree.memory.files(["/log": .text("[   10.000000] usb 1-1: new device\n")]))
        #expect(try plain.read(file: "/log").lastMicroseconds == nil)
    }

    @Test("a node's own buffer may hold nothing")
    func recording() throws {
        let log = KernelLog(try Tree.memory.files(["/dev/kmsg": .text("")]))
        #expect(try log.read().records.isEmpty)
    }

    @Test func eachHasAWordAndARemedy() {
        #expect(Set(UnusableFile.allCases.map(\.word)).count == UnusableFile.allCases.count)
        #expect(UnusableFile.allCases.allSatisfy { !$0.remedy.isEmpty })
    }

    @Test("the driver's words are kept, however late in a line they come")
    func longLines() {
        let late = String(repeating: "abc ", count: 1_000) + KernelLogTextTests.xid
        #expect(KernelLogTextTests.records(late).first?.message.hasSuffix(KernelLogTextTests.xid) == true)
    }
}
