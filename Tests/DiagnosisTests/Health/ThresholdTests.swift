import Diagnosis
import Snapshots
import Testing

@Suite("Health thresholds")
struct ThresholdTests {
    @Test("the compiled-in file has every limit, and no other")
    func complete() { #expect(HealthThresholds.standard.names == Set(HealthThreshold.allCases)) }

    @Test("a file replaces single limits")
    func replaced() throws {
        let strict = try HealthThresholds.standard.replaced(
            by: "# ours\n\nremapped_rows_uncorrected = 4 # few\r\ntemperature_margin_c=10\r\n")
        #expect(strict[.remappedRowsUncorrected] == 4)
        #expect(strict[.temperatureMarginC] == 10)
        #expect(strict[.retiredPages] == HealthThresholds.standard[.retiredPages])
        let report = HealthyNode.report(strict) {
            $0.gpus[0].memoryHealth?.remappedRows = .value(
                RemappedRows(corrected: 0, uncorrected: 4, isPending: false, hasFailed: false))
        }
        #expect(report.verdict == .degraded)
    }

    @Test(
        "a line that is no limit is refused with its number and a reason",
        arguments: [
            ("retired_pages = 1\nretired_page = 2", 2, "retired_page;"), ("retired_pages 63", 1, "name = number"),
            ("retired_pages = many", 1, "many is no whole number"), ("retired_pages = 6.5", 1, "6.5"),
            ("power_min_w = -1", 1, "not within 0"),
            ("pcie_fatal_errors = 0", 1, "not within 1"), ("retired_pages = 0", 1, "not within 1"),
            ("load_percent = 101", 1, "100"),
            ("\n\nretired_pages = 1\nretired_pages = 2", 4, "given before"),
            ("retired_pages = 99999999999999999999", 1, "whole number"), ("= 3", 1, "there is no limit"),
        ])
    func refused(text: String, line: Int, word: String) throws {
        let error = #expect(throws: HealthThresholdError.self) { try HealthThresholds.standard.replaced(by: text) }
        #expect(error?.line == line)
        #expect(error?.description.contains(word) ?? false, "\(error?.description ?? "")")
    }
}

@Suite("Fabric health mask")
struct FabricMaskTests {
    @Test("a healthy mask is not zero and says nothing; zero says nothing either")
    func healthy() {
        #expect(FabricHealthMask(rawValue: 0x1aa).faults.isEmpty)
        #expect(FabricHealthMask(rawValue: 0).faults.isEmpty)
    }

    @Test(
        "each field",
        arguments: [
            (UInt32(0x1a9), "degraded_bandwidth"), (0x1a6, "route_recovery"), (0x19a, "route_unhealthy"),
            (0x16a, "access_timeout_recovery"), (0x5aa, "incorrect_configuration: insufficient_nvlinks"),
            (0xfaa, "incorrect_configuration: configuration_15"), (0x81aa, "global_fabric_manager_disconnected"),
        ])
    func field(mask: UInt32, word: String) { #expect(FabricHealthMask(rawValue: mask).faults == [word]) }

    @Test("partition and fabric manager")
    func flags() {
        #expect(FabricHealthMask(rawValue: 0x1000).isPartitionAssigned == true)
        #expect(FabricHealthMask(rawValue: 0x2000).isPartitionAssigned == false)
        #expect(FabricHealthMask(rawValue: 0x1aa).isPartitionAssigned == nil)
        #expect(FabricHealthMask(rawValue: 0x4000).isGlobalManagerConnected == true)
    }
}
