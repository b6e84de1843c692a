import Glibc
import Snapshots
import TestSupport
import Testing

@testable import HostNode

/// A log that somebody writes to, truncates and replaces while it is followed.
@Suite struct KernelLogFollowerTests {
    private static let name = "/var/log/kern.log"
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func line(_ number: Int) -> String { "[\(number).000000] NVRM: Xid (PCI:0000:3b:00): \(number), pid=1\n" }

    private func replace(by text: String) throws {
        try folder.write([Self.name: .file(Array(text.utf8))])
    }

    private func append(_ text: String) throws {
        let file = try #require(fopen(folder.path + Self.name, "a"))
        defer { fclose(file) }
        #expect(fputs(text, file) >= 0)
    }

    private func follower() throws -> KernelLogFollower {
        try KernelLogFollower(try HostDirectory(root: folder.path), path: Self.name)
    }

    /// The Xid numbers of the records that are new.
    private func news(_ log: inout KernelLogFollower) throws -> [String] {
        var found: [String] = []
        try log.readNew { found.append(number($0)) }
        return found
    }

    private func number(_ record: KernelLogRecord) -> String {
        record.message.split(separator: ":").last.map { $0.prefix { $0 != "," }.filter { $0 != " " } } ?? ""
    }

    @Test func tellsOnlyWhatIsAdded() throws {
        try replace(by: line(13) + line(31))
        var log = try follower()
        var before: [String] = []
        try log.skipToEnd { before.append(number($0)) }
        #expect(before == ["13", "31"])
        #expect(try news(&log).isEmpty)
        try append(line(79))
        #expect(try news(&log) == ["79"])
        #expect(try news(&log).isEmpty)
        #expect(log.descriptor == nil)
    }

    @Test func waitsForTheEndOfALine() throws {
        try replace(by: "")
        var log = try follower()
        try log.skipToEnd { _ in }
        try append("[48.0] NVRM: Xid (PCI:0000:3b:00): 4")
        #expect(try news(&log).isEmpty)
        try append("8, pid=1\n")
        #expect(try news(&log) == ["48"])
    }

    @Test func aLineThatIsHalfThereWhenItBeginsIsWhole() throws {
        try replace(by: line(13) + "[48.0] NVRM: Xid (PCI:0000:3b:00): 4")
        var log = try follower()
        try log.skipToEnd { _ in }
        try append("8, pid=1\n")
        #expect(try news(&log) == ["48"])
    }

    @Test func goesOnAfterTruncation() throws {
        try replace(by: line(13) + line(31) + line(43))
        var log = try follower()
        try log.skipToEnd { _ in }
        #expect(truncate(folder.path + Self.name, 0) == 0)
        try append(line(79))
        #expect(try news(&log) == ["79"])
        try append(line(48))
        #expect(try news(&log) == ["48"])
    }

    @Test func noticesAFileThatWasWrittenAnewWithTheSameLength() throws {
        try replace(by: line(13) + line(31))
        var log = try follower()
        try log.skipToEnd { _ in }
        #expect(truncate(folder.path + Self.name, 0) == 0)
        try append(line(43) + line(79))
        #expect(try news(&log) == ["43", "79"])
    }

    @Test func readsTheRestOfARotatedFileAndThenTheNewOne() throws {
        try replace(by: line(13))
        var log = try follower()
        try log.skipToEnd { _ in }
        try append(line(31))
        #expect(rename(folder.path + Self.name, folder.path + Self.name + ".1") == 0)
        #expect(try news(&log) == ["31"])
        try replace(by: line(79) + line(48))
        #expect(try news(&log) == ["79", "48"])
    }

    @Test func waitsForAFileThatIsNotThereYet() throws {
        try folder.write(["/var/log/other": .file([])])
        var log = try follower()
        try log.skipToEnd { _ in }
        #expect(try news(&log).isEmpty)
        try replace(by: line(79))
        #expect(try news(&log) == ["79"])
    }

    @Test func ofALongFileOnlyTheEndIsRead() throws {
        try replace(by: String(repeating: line(13), count: 10_000) + line(31))
        var log = try follower()
        var passed: [String] = []
        try log.skipToEnd { passed.append(number($0)) }
        #expect(passed.count < 5_000)
        #expect(passed.last == "31")
        try append(line(79))
        #expect(try news(&log) == ["79"])
    }

    @Test func aFolderIsNoLog() throws {
        try folder.write([Self.name: .directory])
        var log = try follower()
        #expect(throws: HostFileError.self) { try log.skipToEnd { _ in } }
    }
}
