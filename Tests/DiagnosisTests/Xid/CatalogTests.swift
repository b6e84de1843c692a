import Testing

@testable import Diagnosis

@Suite struct CatalogTests {
    /// Splits a data file by itself, so that a row which the index overlooks is noticed.
    private func rows(_ file: DataFile) -> [[Substring]] {
        let text = file.withBytes { String(decoding: $0, as: UTF8.self) }
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.dropFirst()
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    }

    @Test func everyXidFrom1To176IsThereAndWellFormed() {
        let catalog = XidCatalog()
        #expect(catalog.numbers == Array(1...176))
        #expect(rows(.xid).count == 176)
        #expect(rows(.xid).compactMap { XidEntry(columns: $0.map(String.init)) }.count == 176)
        for number in catalog.numbers {
            let entry = catalog.entry(number)
            #expect(entry.number == number && entry.isKnown)
            #expect(
                !entry.name.isEmpty && !entry.meaning.isEmpty && !entry.mnemonic.isEmpty && !entry.generations.isEmpty)
            #expect(entry.related.allSatisfy { (1...176).contains($0) })
            #expect((entry.rule == .nvlink5) == (144...150).contains(number))
        }
    }

    @Test func everySXidOfTheDriverIsThereAndWellFormed() {
        let ranges: [ClosedRange<UInt32>] = [
            10001...10010, 11001...11047, 12001...12051, 13001...13008, 14001...14018, 15001...15020, 16001...16003,
            17001...17008, 18001...18020, 19001...19084, 20001...20038, 21001...21010, 22001...22013, 23001...23017,
            24001...24010, 25001...25010, 26001...26008, 27001...27007, 28001...28005, 29001...29006, 30001...30006,
        ]
        let catalog = SXidCatalog()
        #expect(catalog.numbers == ranges.flatMap { Array($0) })
        #expect(rows(.sxid).count == catalog.numbers.count)
        #expect(rows(.sxid).compactMap { SXidEntry(columns: $0.map(String.init)) }.count == catalog.numbers.count)
        #expect(catalog.entry(20034).rating == .fatal)
        #expect(catalog.entry(12020).action == .resetFabric)
    }

    @Test func everyNVLink5RowIsWellFormed() {
        let decoder = XidCatalog().nvlink5
        #expect(rows(.nvlink5).count == 94)
        #expect(decoder.rows.count == 94)
        let whole = decoder.rows.compactMap { $0 }
        #expect(whole.count == 94)
        #expect(Set(whole.map(\.number)) == Set(144...150))
        for row in whole {
            #expect(row.v1.value & row.v1.mask == row.v1.value && row.v2.value & row.v2.mask == row.v2.value)
            #expect(!row.units.isEmpty && !row.investigate.isEmpty)
        }
    }

    /// Each row's own words, in both layouts, must lead back to it or to a row that says the same.
    @Test func everyNVLink5RowIsFoundByItsWords() throws {
        let decoder = XidCatalog().nvlink5
        for row in decoder.rows.compactMap({ $0 }) {
            for (value, driver) in [(row.v1.value, 570), (row.v2.value, 580)] {
                let found = try #require(
                    decoder.decode(
                        number: row.number, unit: row.units[0], intrinfo: value, status: row.status, driverMajor: driver
                    ))
                #expect(found.row.action == row.action && found.row.severity == row.severity)
                #expect(found.subcode == (value >> 20) & 0x3f)
                #expect(found.layout == (driver == 570 ? .v1 : .v2))
            }
        }
    }

    @Test func theUnitTellsTheLayoutsApartWhereTheDriverIsNotKnown() {
        let decoder = XidCatalog().nvlink5
        let link = decoder.decode(
            number: 149, unit: "NETIR_LINK_EVT", intrinfo: 0x0045_05c6, status: 0, driverMajor: nil)
        #expect(link?.layout == .v1 && link?.subcode == 4 && link?.row.action == .resetGPU)
        #expect(link?.row.severity == .linkFatal && link?.row.investigate == "LINK_SIGNAL")
        let track = decoder.decode(number: 145, unit: "RLW_SRC_TRACK", intrinfo: 7, status: 4, driverMajor: nil)
        #expect(track?.layout == .v2 && track?.row.action == nil)
        #expect(decoder.decode(number: 145, unit: "RLW_SRC_TRACK", intrinfo: 7, status: 0x40, driverMajor: nil) == nil)
        #expect(decoder.decode(number: 151, unit: "RLW_SRC_TRACK", intrinfo: 7, status: 4, driverMajor: nil) == nil)
    }

    @Test("what is worth a warning is worth an action")
    func warnings() {
        let catalog = XidCatalog()
        let idle = catalog.numbers.filter {
            catalog.entry($0).severity == .warning && catalog.entry($0).action == .none
        }
        #expect(idle.isEmpty)
        for number: UInt32 in [38, 44, 92, 161] { #expect(catalog.entry(number).action == .contactSupport) }
    }

    @Test func unknownNumbersGetAnEntryThatSaysSo() {
        let unknown = XidCatalog().entry(999)
        #expect(!unknown.isKnown && unknown.action == .contactSupport && unknown.name.contains("999"))
        #expect(XidCatalog().entry(0).isKnown == false)
        #expect(XidCatalog().entry(.max).isKnown == false)
        #expect(SXidCatalog().entry(99_999).isKnown == false)
    }

    @Test func theActionsThatMatterMost() {
        let catalog = XidCatalog()
        #expect(catalog.entry(79).action == .rebootNode && catalog.entry(79).severity == .critical)
        #expect(catalog.entry(48).action == .resetGPU)
        #expect(catalog.entry(31).action == .restartApp && catalog.entry(31).origin == .application)
        #expect(catalog.entry(63).action == .none && catalog.entry(63).severity == .info)
        #expect(catalog.entry(95).severity == .critical)
        #expect(catalog.entry(45).rule == .follower && catalog.entry(154).rule == .recoveryAction)
    }
}
