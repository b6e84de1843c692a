import Audit
import JSON
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A folder of its own, gone after the test.
final class Folder {
    let path: String

    init() throws {
        var template = Array("/tmp/audit-tests.XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer {
            $0.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        path = try #require(made)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    private var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    var log: String { "\(path)/audit.log" }

    func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }
}

private let origin = AuditOrigin(
    node: "node-1", mode: "operator", isSimulated: false, agentPID: 4_711, agentStartTicks: 99)
private let actor = AuditActor(clientName: "tests\n", clientVersion: "1", channel: "mcp 2025-11-25")

private func event(_ kind: AuditEvent.Kind, _ plan: String?, _ targets: [String] = ["gpu:a"], step: String? = nil)
    -> AuditEvent
{
    AuditEvent(kind, tool: "kill_gpu_process", planID: plan, targets: targets, step: step)
}

@Suite struct AuditLogTests {
    @Test func recordsFollowEachOtherOverSeveralWriters() throws {
        let folder = try Folder()
        let first = try AuditLog(file: folder.log, origin: origin, now: { 1_000_000 })
        let second = try AuditLog(file: folder.log, origin: origin, now: { 2_000_000 })
        var receipts: [AuditReceipt] = []
        for log in [first, second, second, first] { receipts.append(try log.append(event(.plan, "p"), actor)) }
        #expect(receipts.map(\.sequence) == [1, 2, 3, 4])
        let check = AuditVerification(try AuditReading.file(folder.log))
        #expect(check.recordCount == 4)
        #expect(check.fault == nil)
        #expect(check.lastDigest == receipts[3].digest)
        var status = stat()
        try #require(stat(folder.log, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func namesFromOutsideCannotMakeLines() throws {
        let folder = try Folder()
        let log = try AuditLog(file: folder.log, origin: origin)
        _ = try log.append(event(.plan, "p\n{\"sequence\":2}"), actor)
        let bytes = try AuditReading.file(folder.log)
        #expect(bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        let long = AuditActor(clientName: String(repeating: "x", count: 10_000), channel: "c")
        #expect(long.clientName?.count == 128)
    }

    @Test(arguments: [0, 1, 2]) func everyChangeOfARecordIsFound(line: Int) throws {
        let folder = try Folder()
        let log = try AuditLog(file: folder.log, origin: origin)
        for plan in ["a", "b", "c"] { _ = try log.append(event(.plan, plan), actor) }
        let bytes = try AuditReading.file(folder.log)
        var lines = bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        lines[line] = Array(
            String(decoding: lines[line], as: UTF8.self).replacing("node-1", with: "node-2").utf8)
        let check = AuditVerification(Array(lines.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")])
        #expect(check.fault == .notARecord)
        #expect(check.faultLine == line + 1)
        #expect(check.recordCount == UInt64(line))
    }

    @Test func recordsThatAreTakenOutOrMovedAreMissed() throws {
        let folder = try Folder()
        let log = try AuditLog(file: folder.log, origin: origin)
        for plan in ["a", "b", "c"] { _ = try log.append(event(.plan, plan), actor) }
        let lines = try AuditReading.file(folder.log).split(separator: UInt8(ascii: "\n")).map { Array($0) }
        func check(_ order: [Int]) -> AuditVerification {
            AuditVerification(order.flatMap { lines[$0] + [UInt8(ascii: "\n")] })
        }
        #expect(check([0, 2]).fault == .notConnected(expectedSequence: 2))
        #expect(check([0, 2]).faultLine == 2)
        #expect(check([1, 2]).faultLine == 1)
        #expect(check([0, 2, 1]).faultLine == 2)
        #expect(check([0, 1, 1, 2]).faultLine == 3)
        // Cut off at the end: only a digest that was kept elsewhere tells.
        #expect(check([0, 1]).fault == nil)
        #expect(check([0, 1]).lastDigest != check([0, 1, 2]).lastDigest)
    }

    @Test func aTornLastLineIsNoFaultAndIsNamedByTheNextRecord() throws {
        let folder = try Folder()
        let log = try AuditLog(file: folder.log, origin: origin)
        _ = try log.append(event(.plan, "a"), actor)
        let whole = try AuditReading.file(folder.log)
        _ = try log.append(event(.plan, "b"), actor)
        let next = try AuditReading.file(folder.log).dropFirst(whole.count)
        for cut in [1, 20, next.count - 2] {
            try folder.write(whole + next.prefix(cut), to: folder.log)
            #expect(AuditVerification(try AuditReading.file(folder.log)).tornBytes == cut)
            let receipt = try AuditLog(file: folder.log, origin: origin).append(event(.plan, "c"), actor)
            #expect(receipt.sequence == 2)
            let check = AuditVerification(try AuditReading.file(folder.log))
            #expect(check.fault == nil)
            #expect(check.interruptedLines == [2])
            #expect(check.recordCount == 2)
        }
        // Only the line feed is missing: that record counts.
        try folder.write(whole + next.dropLast(), to: folder.log)
        #expect(AuditVerification(try AuditReading.file(folder.log)).recordCount == 2)
        #expect(try AuditLog(file: folder.log, origin: origin).append(event(.plan, "c"), actor).sequence == 3)
        #expect(AuditVerification(try AuditReading.file(folder.log)).recordCount == 3)
        // The first record of all.
        try folder.write(Array(whole.prefix(30)), to: folder.log)
        #expect(try AuditLog(file: folder.log, origin: origin).append(event(.plan, "b"), actor).sequence == 1)
        #expect(AuditVerification(try AuditReading.file(folder.log)).interruptedLines == [1])
    }

    @Test func onlyAFileOfOnesOwnIsWrittenTo() throws {
        let folder = try Folder()
        try folder.write(Array("root:x:0:0\n".utf8), to: folder.log)
        let log = try AuditLog(file: folder.log, origin: origin)
        #expect(throws: AuditError.self) { try log.append(event(.plan, "a"), actor) }
        #expect(try AuditReading.file(folder.log).count == 11)

        let link = "\(folder.path)/link"
        try #require(symlink(folder.log, link) == 0)
        #expect(throws: AuditError.self) { try AuditLog(file: link, origin: origin) }
        try #require(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        #expect(throws: AuditError.self) { try AuditLog(file: "\(folder.path)/pipe", origin: origin) }
        try #require(chmod(folder.log, 0o666) == 0)
        #expect(throws: AuditError.self) { try AuditLog(file: folder.log, origin: origin) }
        #expect(throws: AuditError.self) { try AuditLog(file: "\(folder.path)/none/audit.log", origin: origin) }
        #expect(throws: AuditError.self) { try AuditLog(file: folder.path, origin: origin) }
    }

    private func pipe(holding count: Int) throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(Glibc.pipe(&ends) == 0)
        let filler = [UInt8](repeating: UInt8(ascii: "x"), count: count)
        try #require(write(filler, to: ends[1]) == count)
        return (ends[0], ends[1])
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) -> Int { Glibc.write(descriptor, bytes, bytes.count) }

    private func drain(_ descriptor: Int32, _ limit: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = read(descriptor, &bytes, limit)
        return Array(bytes.prefix(max(0, count)))
    }

    /// A pipe holds 64 KiB.
    @Test func aReaderThatDoesNotReadCannotHoldTheAgent() throws {
        let (reading, writing) = try pipe(holding: 15 * 4_096)
        defer { for end in [reading, writing] { close(end) } }
        let log = AuditLog(stream: writing, origin: origin)
        var long = event(.plan, "a")
        long.detail = ["text": .string(String(repeating: "y", count: 6_000))]
        let begin = ContinuousClock.now
        #expect(throws: AuditError.self) { try log.append(long, actor) }
        #expect(ContinuousClock.now - begin < .seconds(10))
        // The rest of the line never comes; the next record knows of it.
        let text = drain(reading, 1 << 17)
        #expect(text.count == 16 * 4_096)
        #expect(try log.append(event(.plan, "b"), actor).sequence == 1)
        let check = AuditVerification(text.dropFirst(15 * 4_096) + drain(reading, 1 << 17))
        #expect(check.fault == nil)
        #expect(check.recordCount == 1)
        #expect(check.interruptedLines == [1])
    }

    @Test func aRecordThatNobodyWouldReadIsNotWritten() throws {
        let folder = try Folder()
        let log = try AuditLog(file: folder.log, origin: origin)
        _ = try log.append(event(.plan, "a"), actor)
        let size = try AuditReading.file(folder.log).count
        var long = event(.action, "a")
        long.detail = ["text": .string(String(repeating: "y", count: 300_000))]
        #expect(throws: AuditError.self) { try log.append(long, actor) }
        #expect(try AuditReading.file(folder.log).count == size)
        // What has happened is recorded in any case.
        long.kind = .result
        #expect(try log.append(long, actor).sequence == 2)
        let check = AuditVerification(try AuditReading.file(folder.log))
        #expect(check.recordCount == 2)
        #expect(check.fault == nil)
        #expect(try #require(try log.history()).records.last?.detail["omitted_bytes"] != nil)
    }

    @Test(arguments: [true, false]) func aFileThatIsGoneIsNotWrittenTo(isReplaced: Bool) throws {
        let folder = try Folder()
        let log = try AuditLog(file: folder.log, origin: origin)
        _ = try log.append(event(.plan, "a"), actor)
        try #require(rename(folder.log, folder.log + ".1") == 0)
        if isReplaced { try folder.write([], to: folder.log) }
        #expect(throws: AuditError.self) { try log.append(event(.plan, "b"), actor) }
        try #require(rename(folder.log + ".1", folder.log) == 0)
        #expect(try log.append(event(.plan, "b"), actor).sequence == 2)
    }

    @Test func whatCannotBeWrittenIsAnError() throws {
        #expect(throws: AuditError.self) {
            let full = open("/dev/full", O_WRONLY)
            defer { close(full) }
            return try AuditLog(stream: full, origin: origin).append(event(.plan, "a"), actor)
        }
        #expect(throws: AuditError.self) { try AuditLog(stream: 987, origin: origin).append(event(.plan, "a"), actor) }
    }
}

@Suite struct AuditHistoryTests {
    private func history(_ events: [AuditEvent]) throws -> AuditHistory {
        let folder = try Folder()
        let log = try AuditLog(file: folder.log, origin: origin)
        for event in events { _ = try log.append(event, actor) }
        return try #require(try log.history())
    }

    @Test func anActionWithoutAResultTellsHowFarItGot() throws {
        let history = try history([
            event(.plan, "a"), event(.action, "a"), event(.step, "a", step: "send_TERM"),
            event(.step, "a", step: "wait_for_end"), event(.action, "b", ["gpu:b"]), event(.result, "b", ["gpu:b"]),
        ])
        let open = history.unfinished(on: ["gpu:a", "gpu:b"])
        #expect(open.map(\.began.planID) == ["a"])
        #expect(open.first?.steps == ["send_TERM", "wait_for_end"])
        #expect(open.first?.began.agentPID == 4_711)
        #expect(history.unfinished(on: ["gpu:c"]).isEmpty)
    }

    @Test func aLaterResultOnTheSameTargetSettlesIt() throws {
        let history = try history([
            event(.action, "a"), event(.action, "b", ["gpu:a", "gpu:b"]), event(.result, "b", ["gpu:a", "gpu:b"]),
        ])
        #expect(history.unfinished(on: ["gpu:a"]).isEmpty)
    }

    @Test func plansAreSettledByWhateverFollows() throws {
        let history = try history([event(.plan, "a"), event(.plan, "b"), event(.confirmation, "b")])
        #expect(!history.isSettled("a"))
        #expect(history.isSettled("b"))
        #expect(history.plan("a") != nil)
        #expect(history.plan("c") == nil)
    }
}
