import Snapshots
import Testing

@testable import HostNode

/// Logs that a container printed, as Docker keeps them.
@Suite struct ContainerLineTests {
    private static let xid = KernelLogTextTests.xid

    /// The record of what a container printed, in JSON's escapes.
    private func record(_ printed: String, time: String = "2026-11-22T03:14:15.1Z") throws -> KernelLogRecord {
        let line = #"{"log":"\#(printed)\n","stream":"stdout","time":"\#(time)"}"#
        let records = KernelLogTextTests.records(line + "\n")
        #expect(records.count == 1)
        return try #require(records.first)
    }

    @Test func whatWasPrintedIsALineLikeAnyOther() throws {
        let bare = try record(Self.xid)
        #expect(bare.message == Self.xid && !bare.isInjected && !bare.isZoneUnknown)
        #expect(bare.wallMicroseconds == KernelLogTextTests.moment + 100_000)
        let dmesg = try record(#"\u003c4\u003e[  123.456789] "# + Self.xid)
        #expect(dmesg.message == Self.xid && dmesg.level == 4 && dmesg.monotonicMicroseconds == 123_456_789)
        #expect(dmesg.wallMicroseconds == KernelLogTextTests.moment + 100_000)
        #expect(try record("Nov 22 03:14:15 node7 myjob[4711]: " + Self.xid).isInjected)
        #expect(try record(#"{\"_TRANSPORT\":\"stdout\",\"MESSAGE\":\"\#(Self.xid)\"}"#).isInjected)
    }

    @Test("a boot is seen behind the prefix")
    func boots() throws {
        #expect(try record("Linux version 6.8.0-45-generic (buildd@lcy02)").isBootMark)
        let syslog = #"<6>1 2026-11-22T03:14:15Z node-7 kernel - - [x y="z"] Linux version 6.8.0"#
        let kubelet = "2026-11-22T03:14:16.123456789Z stdout F Linux version 6.8.0"
        for line in [syslog, kubelet] { #expect(KernelLogTextTests.records(line).map(\.isBootMark) == [true]) }
    }

    @Test func whatIsDamagedIsReadAsText() throws {
        #expect(try record(Self.xid, time: "later").wallMicroseconds == nil)
        let cut = KernelLogTextTests.records(#"{"log":"\#(Self.xid)"#)
        #expect(cut.count == 1 && cut.first?.message.contains(Self.xid) == true)
    }
}
