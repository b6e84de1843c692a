import Snapshots
import Testing

@testable import HostNode

/// Who wrote a line: what programs write into logs is never the kernel's word.
@Suite struct LogOriginTests {
    private static let xid = KernelLogTextTests.xid

    private func record(_ line: String) throws -> KernelLogRecord {
        try #require(KernelLogTextTests.records(line).first)
    }

    @Test(arguments: [
        "Nov 22 03:14:15 node7 myjob[4711]: ", "Nov 22 03:14:15 node7 myjob: ", "Nov 22 03:14:15 myjob: ",
        "Nov 22 03:14:15 n1 myjob[12]: kernel: ", "Nov 22 03:14:15 n1 kernel[4711]: ",
        "2026-11-22T03:14:15.123456+00:00 node7 gpud[900]: {\"line\":\"", "nov. 22 03:14:15 n1 myjob[12]: ",
        "Sun 2026-11-22 03:14:15 PST node7 myjob: ", "[  100.000000] node7 myjob[12]: ", "[    5.000000] systemd[1]: ",
        "<4>Nov 22 03:14:15 node7 myjob[4711]: ", "<4>1 2026-11-22T03:14:15Z node7 myjob 4711 - - ",
        "local0:info  : [  100.000000] ", "1795317255.123456 node7 my-job.sh: ", "Nov 22 03:14:15 n1 nvidia-smi[7]: ",
        "Nov 22 03:14:15 nvidia-gpu-07 python[12]: ", "Nov 22 03:14:15 nvidia myjob: ",
        "2026-11-22T03:14:16Z stderr F Nov 22 03:14:15 n1 app[3]: ",
        "2026-11-22T03:14:16.1+01:00 stdout P 2026-11-22T03:14:15Z n1 app[3]: ",
        "Nov 22 03:14:15 node7 myjob[4711]: segfault at 0 ip 0 sp 0 error 4",
        "[  100.000000] node7 myjob[12]: segfault at 0 ip 0 sp 0 error 4",
    ]) func programs(_ prefix: String) throws {
        #expect(try record(prefix + Self.xid).isInjected)
    }

    @Test(arguments: [
        "", "Nov 22 03:14:15 node7 kernel: ", "Nov 22 03:14:15 ", "Nov 22 03:14:15 node7 ",
        "2026-11-22T03:14:15,123456+00:00 ", "<4>[  1.000000] ", "foo[   10.000000] ", "10.0.0.7: kern: warning: ",
        "Nov 22 03:14:15 node7 kernel: foo[12]: ", "Nov 22 03:14:15 nvidia-gpu-07 kernel: ",
        "2026-11-22T03:14:16Z stdout F [ 4000.000000] ", "2026-11-22T03:14:16Z stderr F ",
        "2026-11-22T03:14:16Z stdout F Nov 22 03:14:15 n1 kernel: ",
        "[  100.000000] python3[4711]: segfault at 0 ip 0 sp 0 error 4",
        "kern  :info  : [ 1.0] a[7]: unhandled exception: x",
    ]) func theKernel(_ prefix: String) throws {
        #expect(try !record(prefix + Self.xid).isInjected)
    }

    @Test(arguments: [
        "nvidia 0000:18:00.0: PCIe Bus Error: severity=Corrected", "pcieport 0000:16:01.0: AER: Corrected error",
        "nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 20034, Fatal, Link 30", "mce: [Hardware Error]: Machine check",
        "nvme 0000:01:00.0: PCIe Bus Error: severity=Corrected", "{1}[Hardware Error]: event severity: fatal",
        "nouveau 0000:01:00.0: fifo: fault", "pciehp 0000:16:01.0:pcie004: Slot(3): nvidia Link Down",
    ]) func messagesOfTheKernelNameNoProgram(_ message: String) throws {
        for date in ["2026-11-22T03:14:15,123456+00:00 ", "Nov 22 03:14:15 ", "Nov 22 03:14:15 n1 kernel: ", "[ 1.5] "]
        {
            let record = try record(date + message)
            #expect(!record.isInjected && record.message == message)
        }
    }

    @Test func theFabricManagerSpeaksForItself() throws {
        let report = "Nov 22 03:14:15 n1 nv-fabricmanager[812]: detected NVSwitch fatal error 20034 on fid 0"
        #expect(try !record(report).isInjected)
        #expect(try record("Nov 22 03:14:15 n1 nv-fabricmanager[812]: " + Self.xid).isInjected)
    }

    @Test func entriesOfAnExportAreRead() throws {
        let kernel =
            "__CURSOR=s=1\n_BOOT_ID=aa\nMESSAGE=\(Self.xid)\n__REALTIME_TIMESTAMP=1795400000000000\n_TRANSPORT=kernel\n"
        let program =
            "__REALTIME_TIMESTAMP=1795400000000001\nMESSAGE=\(Self.xid)\nSYSLOG_FACILITY=0\n_TRANSPORT=stdout\n"
        let found = KernelLogTextTests.records(kernel + "\n" + program + "\n" + kernel)
        #expect(found.map(\.isInjected) == [false, true, false])
        #expect(found.map(\.message) == Array(repeating: Self.xid, count: 3))
        #expect(found[0].wallMicroseconds == 1_795_400_000_000_000 && found[0].bootID == "aa")
        #expect(KernelLogTextTests.records(kernel + "\n" + program, chunk: 7) == Array(found.prefix(2)))
    }

    @Test("what only begins like an export hides no line")
    func noExport() {
        let text = "MESSAGE=hello\n[   10.000000] \(Self.xid)\n__CURSOR=\n\(Self.xid)\n"
        #expect(KernelLogTextTests.records(text).count == 2)
    }

    @Test("what is no UTF-8 comes as an array of bytes", arguments: [":[", ": ["])
    func aMessageInNumbers(_ opening: String) throws {
        let numbers = (Array(Self.xid.utf8) + [0xc3]).map(String.init).joined(separator: ",")
        let found = KernelLogTextTests.records(#"{"_TRANSPORT":"kernel","MESSAGE"\#(opening)\#(numbers)]}"# + "\n")
        #expect(found.count == 1)
        #expect(found.first?.isInjected == false && found.first?.message.hasPrefix(Self.xid) == true)
    }

    private func entry(_ fields: String) -> String { #"{\#(fields),"MESSAGE":"\#(Self.xid)"}"# }

    @Test func aJournalsOwnFieldsDecide() throws {
        let kernel = try record(
            entry(
                #""__REALTIME_TIMESTAMP":"1795400000000000","__MONOTONIC_TIMESTAMP":"100000000","_BOOT_ID":"aa","_TRANSPORT":"kernel","PRIORITY":"4","SYSLOG_FACILITY":"0""#
            ))
        #expect(!kernel.isInjected && kernel.facility == 0 && kernel.level == 4 && kernel.message == Self.xid)
        #expect(kernel.wallMicroseconds == 1_795_400_000_000_000 && kernel.monotonicMicroseconds == 100_000_000)
        #expect(kernel.bootID == "aa" && !kernel.isZoneUnknown)
        for fields in [
            #""_TRANSPORT":"syslog","SYSLOG_FACILITY":"0","SYSLOG_IDENTIFIER":"kernel""#, #""_TRANSPORT":"stdout""#,
            #""_TRANSPORT":"kernel","SYSLOG_FACILITY":"3""#, #""SYSLOG_IDENTIFIER":"evil""#,
            #""A":"\"_TRANSPORT\":\"kernel\"","_TRANSPORT":"journal""#,
        ] { #expect(try record(entry(fields)).isInjected) }
        let bare = try record(entry(#""__REALTIME_TIMESTAMP":"1763868000000000""#))
        #expect(!bare.isInjected && bare.wallMicroseconds == 1_763_868_000_000_000)
        for time in ["\(Int64.min)", "\(Int64.max)", "-1", "253402300800000000", "later"] {
            let odd = try record(entry(#""__REALTIME_TIMESTAMP":"\#(time)","_TRANSPORT":"kernel""#))
            #expect(odd.wallMicroseconds == nil && odd.message == Self.xid, "\(time)")
        }
        let cut = entry(#""A":"b","_TRANSPORT":"kernel""#).dropLast()
        #expect(try !record(String(cut)).isInjected)
        let endless = #"{"MESSAGE":"\#(Self.xid)\#(String(repeating: "x", count: 20_000))","_TRANSPORT":"syslog"}"#
        #expect(try record(endless).isInjected)
    }
}
