import Foundation
import TestSupport
import Testing

/// A vendor header to compare with.
struct VendorHeader: Sendable, CustomTestStringConvertible {
    let distribution: String
    let version: String
    let fetched: Fetched

    init(_ distribution: String, _ version: String) {
        self.distribution = distribution
        self.version = version
        fetched = Fetched(["python3", script("nvml_fetch_header.py"), distribution, version, testCache.path])
    }

    var testDescription: String { "\(distribution) \(version)" }

    static let all = [VendorHeader("nvidia-nvml-dev-cu12", "12.9.79"), VendorHeader("nvidia-nvml-dev", "13.5.37")]
}

/// Our header against the vendor's: what both have must be the same, as the C compiler sees it.
@Suite(.blocking) struct LayoutTests {
    @Test(arguments: VendorHeader.all)
    func sizesOffsetsAndVersionWordsAgree(header: VendorHeader) throws {
        let theirs = try header.fetched.get()
        let names = try NameList(knownTo: try String(contentsOfFile: theirs, encoding: .utf8))
        let ours = packageRoot.appendingPathComponent("Sources/CNVML/include/CNVML.h").path
        let mine = try names.measure(header: ours)
        let vendors = try names.measure(header: theirs)
        #expect(mine.count == names.expressions.count)
        for (name, value) in mine {
            #expect(vendors[name] == value, "\(name)")
        }
        // The older header has all but the newest dozen of our structures.
        #expect(names.structures.count >= (header.version.hasPrefix("13") ? names.allStructures : 30))
        #expect(names.expressions.count > 450)
    }

    @Test(arguments: VendorHeader.all)
    func signaturesAgree(header: VendorHeader) throws {
        let theirs = try String(contentsOfFile: try header.fetched.get(), encoding: .utf8)
        let vendors = Signatures.declared(in: theirs)
        let ours = try Signatures.ours()
        var compared = 0
        for (name, parameters) in ours {
            guard let expected = vendors[name] else { continue }
            compared += 1
            #expect(parameters == expected, "\(name)")
        }
        #expect(compared == (header.version.hasPrefix("13") ? ours.count : compared))
        #expect(compared > 150)
    }
}
