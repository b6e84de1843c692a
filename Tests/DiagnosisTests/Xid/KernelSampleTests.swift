import Foundation
import Snapshots
import Testing

@testable import Diagnosis

/// One row of kmsg-samples.tsv.
struct KernelSample: CustomTestStringConvertible {
    let number: Int
    let columns: [String]

    var kind: String { columns[0] }
    var line: String { columns[1] }
    var code: UInt32? { UInt32(columns[2]) }
    var busID: BusID? { BusID(columns[3]) }
    var severity: String { columns[8] }
    var note: String { columns[9] }
    var testDescription: String { "row \(number): \(line.prefix(60))" }

    static let all: [KernelSample] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "kmsg-samples.tsv")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").enumerated().compactMap { number, row in
            var columns = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard !row.hasPrefix("#"), columns[0] != "kind" else { return nil }
            columns += Array(repeating: "", count: max(0, 10 - columns.count))
            return KernelSample(number: number + 1, columns: columns)
        }
    }()

    /// The line as a record; `kmsgrec` rows bring their own prefix.
    var record: KernelLogRecord {
        guard kind == "kmsgrec", let semicolon = line.firstIndex(of: ";"),
            let priority = UInt8(line.prefix { $0 != "," })
        else { return made(line) }
        return made(String(line[line.index(after: semicolon)...]), facility: priority >> 3)
    }

    private func made(_ message: String, facility: UInt8 = 0) -> KernelLogRecord {
        KernelLogRecord(
            sequence: 1, level: 4, facility: facility, monotonicMicroseconds: 1, wallMicroseconds: nil, message: message
        )
    }
}

@Suite struct KernelSampleTests {
    @Test func theFixtureIsThere() {
        #expect(KernelSample.all.count == 77)
    }

    @Test(arguments: KernelSample.all) func everyRowIsReadAsItSays(_ sample: KernelSample) throws {
        let events = KernelEventParser.events(in: sample.record)
        #expect(events.count == 1)
        let event = try #require(events.first)
        #expect(event.busID == sample.busID)
        #expect(event.isInjected == sample.note.contains("injected"))
        #expect(FaultCode(event.fault).flatMap(number) == sample.code)
        switch sample.kind {
        case "xid": try expectXid(event, sample)
        case "sxid": try expectSXid(event, sample)
        case "kmsgrec": #expect(event.xid != nil || event.sxid?.rating == .fatal)
        case "gpumap": #expect(event.fault == .identity(.uuid("GPU-509665ad-b600-ac93-3616-d754b23d636d")))
        case "gpuserial": #expect(event.fault == .identity(.serial("1650124014249")))
        case "aer", "dpc", "hotplug": #expect(severity(try #require(event.pcie).severity) == sample.severity)
        default:
            let driver = try #require(event.driver)
            #expect(kinds[sample.kind] == driver.kind)
            #expect(
                severity(driver.severity) == (sample.severity == "fatal" ? "fatal" : fatalIfCritical(sample.severity)))
        }
    }

    private let kinds: [String: DriverFault.Kind] = [
        "lost": .fallenOffBus, "init": .initializationFailed, "bound": .boundElsewhere, "mismatch": .versionMismatch,
        "assert": .assertion, "rpc": .gspTrace, "peermem": .peerMemory,
    ]

    private func number(_ code: FaultCode) -> UInt32? {
        switch code {
        case .xid(let number), .sxid(let number): number
        case .driver, .pcie: nil
        }
    }

    /// The samples' word `fatal` is this project's `critical`.
    private func severity(_ severity: Severity) -> String { severity == .critical ? "fatal" : severity.rawValue }
    private func fatalIfCritical(_ word: String) -> String { word == "critical" ? "fatal" : word }

    private func expectXid(_ event: KernelEvent, _ sample: KernelSample) throws {
        let xid = try #require(event.xid)
        #expect(xid.number == sample.code)
        #expect(xid.gpuInstance == UInt32(sample.columns[4]))
        #expect(xid.computeInstance == UInt32(sample.columns[5]))
        #expect(xid.pid == UInt32(sample.columns[6]))
        #expect((xid.processName ?? "") == sample.columns[7])
        #expect(!xid.message.isEmpty && !xid.message.contains("pid=") && !xid.message.contains("name="))
    }

    private func expectSXid(_ event: KernelEvent, _ sample: KernelSample) throws {
        let sxid = try #require(event.sxid)
        #expect(sxid.number == sample.code)
        #expect((sxid.rating?.rawValue ?? "") == sample.severity)
        #expect(sxid.isContinuation == sample.note.contains("detail line"))
        if let link = sample.note.split(separator: "=").last, sample.note.hasPrefix("link=") {
            #expect(sxid.link == UInt32(link))
        }
    }
}
