import JSON
import TestSupport
import Testing

/// GPUs with readings that are odd: each is told, or it is told why not.
@Suite(.serialized, .blocking) struct OddGPUTests {
    @Test func aFaultOfAnEarlierSampleIsKept() throws {
        let node = try OddNode(
            #"""
            {"extends":"thermal-slowdown","gpus":[{"index":7,"faults":[
              {"call":["nvmlDeviceGetCurrentClocksEventReasons","nvmlDeviceGetTemperature"],"result":999,"after_calls":3}]}]}
            """#)
        let answer = try node.ask("get_gpu_telemetry", #"{"duration_ms":500,"interval_ms":100,"gpu":7}"#, clock: nil)
        let gpu = answer["devices"]?[0]
        #expect(gpu?["clocks_event_faults"]?.arrayValue?.isEmpty == false)
        #expect(answer["summary"]?.stringValue?.contains("held down by a fault on GPU 7") == true)
        // A slow machine misses some.
        #expect((2...6).contains(answer["samples"]?.intValue ?? 0))
        #expect(gpu?["statistics"]?["clocks_event_reasons"]?["hw_thermal_slowdown"]?.intValue ?? 0 > 0)
        #expect((answer["sampled_ms"]?.intValue ?? 0) >= 500)
    }

    @Test func aShortTimeHasTwoSamples() throws {
        let node = try OddNode(#"{"extends":"t4x1"}"#)
        let answer = try node.ask("get_gpu_telemetry", #"{"duration_ms":60,"interval_ms":10000}"#, clock: nil)
        #expect(answer["samples"]?.intValue == 2)
        #expect((60..<9_000).contains(answer["sampled_ms"]?.intValue ?? 0))
        #expect(answer["devices"]?[0]?["clocks_limited_delta_ms"] != nil)
    }

    @Test func reasonsThatAGPUCannotGiveAreNoFaults() throws {
        let node = try OddNode(
            #"""
            {"extends":"t4x1","gpus":[{"index":0,"event_reasons":{
              "active":["hw_slowdown","sw_thermal_slowdown"],"supported":["gpu_idle"]}}]}
            """#)
        let answer = try node.ask("get_gpu_telemetry")
        #expect(answer["devices"]?[0]?["clocks_event_faults"] == nil)
        #expect(answer["summary"]?.stringValue?.contains("fault") == false)
    }

    @Test func whatHasNoValueIsNoted() throws {
        let node = try OddNode(
            #"""
            {"extends":"t4x1","system":{"cuda_version":{"error":"LIBRARY_NOT_FOUND"}},
             "gpus":[{"index":0,"identity":{"serial":"0"},"temperature":{"memory_c":0},
               "limiters_ns":{"error":"NO_PERMISSION"}}]}
            """#)
        let inventory = try node.ask("get_gpu_inventory", #"{"detail":"full"}"#)
        #expect(inventory.unavailable.contains("node cuda_version: error_12"))
        #expect(inventory.unavailable.contains("0 serial: not_supported"))
        #expect(inventory["status"] == "partial")
        let telemetry = try node.ask("get_gpu_telemetry", #"{"detail":"full"}"#)
        #expect(telemetry.unavailable.contains("0 memory_temperature_c: not_supported"))
        #expect(telemetry.unavailable.contains("0 clocks_limited_ms: no_permission"))
    }

    @Test func oneMIGSlotThatFailsHidesNoOther() throws {
        let node = try OddNode(
            #"""
            {"extends":"a100-mig","gpus":[{"index":0,"faults":[
              {"call":"nvmlDeviceGetMigDeviceHandleByIndex","result":"NO_PERMISSION","after_calls":1}]}]}
            """#)
        let answer = try node.ask("get_gpu_inventory")
        let gpu = answer["devices"]?.arrayValue?.first { $0["index"] == 0 }
        #expect(gpu?["mig_devices"]?.arrayValue?.count == 1)
        #expect(answer.unavailable.contains("0 mig_devices: no_permission"))
    }

    @Test func aLinkWithoutVersionHasItsErrors() throws {
        let node = try OddNode(
            #"""
            {"extends":"b200x8","gpus":[{"index":2,"nvlink":{"links":[
              {"link":5,"active":false,"version":null,"nvlink5":{"symbol_errors":999,"recovery_failed":7}}]}}]}
            """#)
        let answer = try node.ask("inspect_topology", #"{"gpu":2}"#)
        let errors = answer["devices"]?[0]?["nvlink_errors"]?[0]
        #expect(errors?["link"]?.intValue == 5)
        #expect(errors?["symbol_errors"]?.intValue == 999)
    }

    @Test func linksWithoutAKnownEndAreNotAbsent() throws {
        let node = try OddNode(#"{"extends":"a100x2","all_gpus":{"nvlink":{"all_links":{"remote_type":null}}}}"#)
        #expect(try node.ask("inspect_topology")["matrix"]?.stringValue?.contains("NV?") == true)
    }

    @Test func peersThatTellNothingAreNoted() throws {
        let node = try OddNode(
            #"""
            {"extends":"a100x2","gpus":[{"index":0,"faults":[
              {"call":["nvmlDeviceGetP2PStatus","nvmlDeviceGetTopologyCommonAncestor"],"result":999}]}]}
            """#)
        let answer = try node.ask("inspect_topology")
        #expect(answer["status"] == "partial")
        for reading in ["peer_access", "peer_access_nvlink", "common_ancestor"] {
            #expect(answer.unavailable.contains("all \(reading): error_999"), "\(reading)")
        }
        #expect(answer["devices"]?[0]?["peer_access_not_told_to"] == "1")
    }
}
