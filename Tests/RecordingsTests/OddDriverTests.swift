import JSON
import TestSupport
import Testing

/// Drivers that answer, but not what they should: nothing is made up in place of what they leave out.
@Suite(.serialized, .blocking) struct OddDriverTests {
    @Test func aCountThatFailsLosesNoGPU() throws {
        let fault = #""faults":[{"call":"nvmlDeviceGetCount","result":999}]"#
        let node = try OddNode(#"{"extends":"a100x2",\#(fault)}"#)
        let answer = try node.ask("get_gpu_inventory")
        #expect(answer["status"] == "error")
        #expect(answer["error"] == "gpu_count_failed")
        #expect(answer["summary"]?.stringValue?.contains("error_999") == true)
        let health = try node.ask("get_gpu_health")
        #expect(health.rules == ["gpu_count_failed"])
        #expect(health["verdict"] == "degraded")
        #expect(try OddNode(#"{"extends":"a100x2","host":{"generated":false},\#(fault)}"#).doctor().status == 1)
    }

    @Test func aDriverWithoutGPUsSaysSo() throws {
        let node = try OddNode(#"{"system":{"driver_version":"580.95.05"},"gpus":[],"count":0}"#)
        #expect(try node.ask("get_gpu_telemetry")["error"] == "no_gpu")
        let doctor = try node.doctor()
        #expect(doctor.status == 1)
        #expect(!doctor.output.contains("Signal 11"))
    }

    @Test func gpusOfWSLAreNotOnTheBus() throws {
        let node = try OddNode(
            #"""
            {"extends":"t4x1","host":{"generated":false,"files":{
              "/dev/dxg":{"device":[10,127]},"/sys/bus/pci/devices":{"directory":true}}}}
            """#)
        #expect(try !node.ask("get_gpu_health").rules.contains("pci_presence"))
        let doctor = try node.doctor()
        #expect(doctor.status == 0)
        #expect(doctor.output.contains("the driver of WSL (/dev/dxg)"))
        #expect(!doctor.output.contains("choose a node") && !doctor.output.contains("install or load"))
    }

    @Test func deviceNodesOfADriverContainerAreSeen() throws {
        let node = try OddNode(
            #"""
            {"extends":"t4x1","host":{
              "remove":["/dev/nvidiactl","/dev/nvidia-uvm","/dev/nvidia0","/dev/nvidia-uvm-tools","/dev/nvidia-modeset"],
              "files":{"/run/nvidia/driver/dev/nvidiactl":{"device":[195,255]},
                "/run/nvidia/driver/dev/nvidia0":{"device":[195,0]},
                "/run/nvidia/driver/dev/nvidia-uvm":{"device":[510,0]}}}}
            """#)
        #expect(try node.doctor().output.contains("device nodes: 3 in /run/nvidia/driver/dev, all can be opened"))
    }

    @Test func anExcludedGPUIsNotLost() throws {
        let node = try OddNode(
            #"""
            {"extends":"a100x2","system":{"excluded_gpus":[
              {"pci":{"bus_id":"0000:df:00.0"},"uuid":"GPU-11111111-2222-3333-4444-555555555555"}]}}
            """#)
        for tool in ["get_gpu_telemetry", "get_gpu_inventory", "describe_gpu_node"] {
            let answer = try node.ask(tool)
            #expect(answer["status"] == "success", "\(tool)")
            #expect(answer["summary"]?.stringValue?.contains("df:00.0") == false, "\(tool)")
        }
        let missing = try node.ask("get_gpu_inventory")["gpus_missing_from_nvml"]?[0]
        #expect(missing?["excluded"] == true)
        let health = try node.text(of: "get_gpu_health", #"{"detail":"full"}"#)
        #expect(health.contains("excluded from the NVIDIA driver on purpose"))
        #expect(!health.contains("Xid 79") && !health.contains("reboot"))
    }

    @Test func readingsThatFailMakeAnAnswerPartial() throws {
        let calls = ["Temperature", "TemperatureV", "PowerUsage", "UtilizationRates"].map { #""nvmlDeviceGet\#($0)""# }
        let fault = #"{"call":[\#(calls.joined(separator: ","))],"result":999}"#
        let node = try OddNode(#"{"extends":"a100x2","gpus":[{"index":1,"faults":[\#(fault)]}]}"#)
        let answer = try node.ask("get_gpu_telemetry")
        #expect(answer["status"] == "partial")
        #expect(
            answer["summary"]?.stringValue?.hasSuffix(
                "Not read: temperature_c, power_w, utilization_gpu_percent and 1 more of GPU 1 (error_999).") == true)
        #expect(try OddNode(#"{"extends":"a100x2"}"#).ask("get_gpu_telemetry")["status"] == "success")
    }
}
