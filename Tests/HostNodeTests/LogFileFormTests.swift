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
        ((0..<4_096).map { UInt8(truncatingIfNeeded: $0 &* 97) & 0x1f }, .binary),
    ]

    @Test(arguments: unusable) func filesThatAreNoLogs(_ bytes: [UInt8], _ fault: UnusableFile) throws {
        for tree in Tree.allCases {
            let log = KernelLog(try tree.files(["/log": .file(bytes)]))
            #expect(cause(of: { () throws(HostFileError) in _ = try log.read(file: "/log") }) == .unusable(fault))
        }
    }

    @Test(arguments: [
        line, "\n", "\u{feff}\(line)", String(repeating: "\0", count: 5_000) + line,
        "\u{1b}[32m[ 4000.0]\u{1b}[0m NVRM: caf\u{e9} \t\r\n", "a\n" + String(repeating: "\0", count: 3_000) + line,
    ]) func textIsRead(_ text: String) throws {
        let log = KernelLog(try Tree.memory.files(["/log": .text(text)]))
        let records = try log.read(file: "/log").records
        #expect(records.count == (text.contains("NVRM") ? 1 : 0))
        #expect(records.allSatisfy { $0.message.contains("NVRM: ") })
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
