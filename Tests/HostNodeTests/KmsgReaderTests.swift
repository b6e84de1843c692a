import Glibc
import Snapshots
import Testing

@testable import HostNode

@Suite struct KmsgReaderTests {
    /// What a device answers to one read(2) after the other, then EAGAIN.
    final class Device {
        enum Answer {
            case record(String)
            case error(Int32)
        }

        var answers: [Answer]
        private(set) var bufferSizes: [Int] = []

        init(_ answers: [Answer]) {
            self.answers = answers.reversed()
        }

        func read(_ buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
            bufferSizes.append(buffer.count)
            switch answers.last {
            case nil: throw SystemError(code: EAGAIN)
            case .error(let code):
                answers.removeLast()
                throw SystemError(code: code)
            case .record(let text):
                guard text.utf8.count <= buffer.count else { throw SystemError(code: EINVAL) }
                answers.removeLast()
                buffer.copyBytes(from: text.utf8)
                return text.utf8.count
            }
        }
    }

    struct Outcome {
        var reader = KmsgReader()
        var records: [KernelLogRecord] = []
        var count = 0
    }

    func drain(_ device: Device, limit: Int = 1000) throws -> Outcome {
        var outcome = Outcome()
        var records: [KernelLogRecord] = []
        outcome.count = try outcome.reader.drain(
            limit: limit, clockOffset: 1_000_000, matching: GPULogLines.mayMatter,
            read: { (buffer) throws(SystemError) in try device.read(buffer) }, { records.append($0) })
        outcome.records = records
        return outcome
    }

    static func record(_ sequence: Int, _ message: String = "NVRM: x", head: String = "4") -> Device.Answer {
        .record("\(head),\(sequence),\(sequence)00,-;\(message)\n SUBSYSTEM=pci\n")
    }

    @Test func goesOnWhereAnotherEnded() throws {
        var outcome = Outcome()
        outcome.reader = KmsgReader(from: 8)
        let device = Device([Self.record(6), Self.record(7), Self.record(8), Self.record(9)])
        var records: [KernelLogRecord] = []
        _ = try outcome.reader.drain(
            limit: 10, clockOffset: 0, matching: GPULogLines.mayMatter,
            read: { (buffer) throws(SystemError) in try device.read(buffer) }, { records.append($0) })
        #expect(records.map(\.sequence) == [8, 9])
        #expect(outcome.reader.lostCount == 0)
        var late = KmsgReader(from: 8)
        let rest = Device([Self.record(11)])
        _ = try late.drain(
            limit: 10, clockOffset: 0, matching: GPULogLines.mayMatter,
            read: { (buffer) throws(SystemError) in try rest.read(buffer) }, { _ in })
        #expect(late.lostCount == 3)
    }

    @Test func readsUntilThereIsNoMore() throws {
        let outcome = try drain(Device([Self.record(7), Self.record(8, "usb"), Self.record(9)]))
        #expect(outcome.count == 3)
        #expect(outcome.records.map(\.sequence) == [7, 9])
        #expect(outcome.reader.firstSequence == 7)
        #expect(outcome.reader.firstMicroseconds == 1_000_700)
        #expect(outcome.reader.lostCount == 0)
        let first = try #require(outcome.records.first)
        #expect(first.message == "NVRM: x" && first.level == 4 && first.facility == 0 && !first.isInjected)
        #expect(first.monotonicMicroseconds == 700 && first.wallMicroseconds == 1_000_700)
    }

    @Test func overrunsAreCountedAndReadingGoesOn() throws {
        let outcome = try drain(
            Device([Self.record(1), .error(EPIPE), .error(EPIPE), Self.record(11), Self.record(12)]))
        #expect(outcome.records.map(\.sequence) == [1, 11, 12])
        #expect(outcome.reader.lostCount == 9)
    }

    @Test func endlessOverrunsEnd() {
        let device = Device(Array(repeating: .error(EPIPE), count: 5000))
        #expect(throws: SystemError.self) { try drain(device) }
    }

    @Test func aLongRecordGetsALargerBuffer() throws {
        let device = Device([Self.record(1, "NVRM: " + String(repeating: "z", count: 20_000)), Self.record(2)])
        let outcome = try drain(device)
        #expect(outcome.records.map(\.sequence) == [1, 2])
        #expect(outcome.records[0].message.utf8.count == LogMessage.limit)
        #expect(device.bufferSizes.first == 8192 && device.bufferSizes.last == 65536)
    }

    @Test func otherErrorsAreTold() {
        #expect(throws: SystemError.self) { try drain(Device([Self.record(1), .error(EIO)])) }
    }

    @Test func stopsAtTheLimit() throws {
        let outcome = try drain(Device((0..<100).map { Self.record($0) }), limit: 10)
        #expect(outcome.count == 10)
    }

    @Test func programsAreToldFromTheKernel() throws {
        let outcome = try drain(
            Device([Self.record(1, head: "12"), Self.record(2, head: "30"), Self.record(3, head: "7")]))
        #expect(outcome.records.map(\.isInjected) == [true, true, false])
        #expect(outcome.records.map(\.facility) == [1, 3, 0])
        #expect(outcome.records.map(\.level) == [4, 6, 7])
    }

    @Test(arguments: [
        "", "4", "4,", "4,1", "4,1,2", "4,1,2,", "4,1,2,-", "x,1,2,-;NVRM", "4,99999999999999999999,2,-;NVRM", ";NVRM",
    ])
    func brokenHeadsAreNoRecords(_ text: String) throws {
        // A read of nothing means that the device is at its end.
        let outcome = try drain(Device([.record(text), Self.record(5)]))
        #expect(outcome.records.map(\.sequence) == (text.isEmpty ? [] : [5]))
    }

    @Test func fieldsFromTheFutureArePassedOver() throws {
        let outcome = try drain(Device([.record("4,1,2,c,caller=T512,colour=red;NVRM: y")]))
        #expect(outcome.records.map(\.message) == ["NVRM: y"])
    }

    @Test(.enabled(if: geteuid() == 0 && access("/dev/kmsg", R_OK | W_OK) == 0))
    func readsBackWhatWasWrittenToTheRealDevice() throws {
        let text = "nvidia-host-node-test \(getpid()) caf\u{e9} back\\slash"
        let file = open("/dev/kmsg", O_WRONLY | O_CLOEXEC)
        try #require(file >= 0)
        defer { close(file) }
        let line = "<3>\(text)\n"
        #expect(write(file, line, line.utf8.count) == line.utf8.count)
        let log = try KernelLog(HostDirectory(root: "/")).read()
        #expect(log.source == .ringBuffer)
        #expect(log.bootID?.count == 36)
        // The kernel drops what programs write too often, without an error; then there is nothing more to check.
        guard let record = log.records.last(where: { $0.message == text }) else { return }
        #expect(record.isInjected && record.facility == 1 && record.level == 3)
        let age = WallClock.microseconds - (try #require(record.wallMicroseconds))
        #expect(abs(age) < 60_000_000)
    }
}
