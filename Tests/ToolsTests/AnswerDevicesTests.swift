import Diagnosis
import JSON
import Snapshots
import Testing

@testable import Tools

/// What is the same on all GPUs is said once; what is not is said where it belongs.
@Suite struct AnswerDevicesTests {
    /// One GPU for each list of members.
    private func answer(_ gpus: [[(StaticString, FieldValue)]]) -> String {
        let devices = AnswerDevices(Array(gpus.enumerated())) { gpu, fields in
            var snapshot = GPUSnapshot()
            snapshot.index = UInt32(gpu.offset)
            fields.begin(snapshot)
            for (key, value) in gpu.element { fields.add(key, value) }
        }
        var writer = JSONWriter()
        writer.object { devices.write(to: &$0) }
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    @Test func oneGPUSharesNothing() {
        #expect(answer([[("a", .int(1))]]) == #"{"devices":[{"index":0,"a":1}]}"#)
        #expect(answer([]) == #"{"devices":[]}"#)
    }

    @Test func equalMembersAreSaidOnce() {
        #expect(
            answer([
                [("a", .int(1)), ("b", .text("x")), ("c", .flag(true))],
                [("a", .int(1)), ("b", .text("y")), ("c", .flag(true))],
            ]) == #"{"all_devices":{"a":1,"c":true},"devices":[{"index":0,"b":"x"},{"index":1,"b":"y"}]}"#)
    }

    @Test func memberThatOneLacksStaysWithTheOthers() {
        #expect(
            answer([
                [("a", .int(1)), ("b", .int(2)), ("c", .int(3))], [("a", .int(1)), ("c", .int(3))],
                [("b", .int(2)), ("c", .int(3))],
            ])
                == #"{"all_devices":{"c":3},"devices":[{"index":0,"a":1,"b":2},{"index":1,"a":1},{"index":2,"b":2}]}"#)
    }

    @Test func equalValueUnderAnotherKeyIsNotTheSame() {
        #expect(
            answer([[("a", .int(1)), ("b", .int(2))], [("a", .int(2)), ("b", .int(1))]])
                == #"{"devices":[{"index":0,"a":1,"b":2},{"index":1,"a":2,"b":1}]}"#)
        #expect(
            answer([[("a", .text("1"))], [("a", .int(1))]])
                == #"{"devices":[{"index":0,"a":"1"},{"index":1,"a":1}]}"#)
    }

    /// What was read is compared, not what was written of it; each GPU has its own value all the same.
    @Test func equalReadingsAreSaidOnce() {
        let gpus: [(serial: Reading<String>, board: Reading<String>, watts: UInt32, mode: UInt32, ecc: Bool)] = [
            (.value("1"), .value("900-X"), 700_500, 0, true), (.value("2"), .value("900-X"), 700_500, 3, true),
            (.unavailable(.notSupported), .value("900-X"), 700_500, 0, true),
        ]
        let devices = AnswerDevices(Array(gpus.enumerated())) { gpu, fields in
            var snapshot = GPUSnapshot()
            snapshot.index = UInt32(gpu.offset)
            fields.begin(snapshot)
            fields.add("serial", gpu.element.serial)
            fields.add("board", gpu.element.board)
            fields.add(watts: "power_limit_w", .value(gpu.element.watts))
            fields.add("compute_mode", .value(gpu.element.mode)) { .text("mode \($0)") }
            fields.add(
                modes: "ecc_mode", "ecc_now", "ecc_then",
                .value(ModePair(current: gpu.element.ecc, pending: gpu.offset > 0)))
        }
        var writer = JSONWriter()
        writer.object { devices.write(to: &$0) }
        #expect(
            String(decoding: writer.finish(), as: UTF8.self) == #"""
                {"all_devices":{"board":"900-X","power_limit_w":700.5,"ecc_now":"enabled"},"devices":[\#
                {"index":0,"serial":"1","compute_mode":"mode 0","ecc_then":"disabled"},\#
                {"index":1,"serial":"2","compute_mode":"mode 3","ecc_then":"enabled"},\#
                {"index":2,"compute_mode":"mode 0","ecc_then":"enabled"}]}
                """#)
        #expect(devices.devices[2].missing == [MissingReading(reading: "serial", reason: .notSupported)])
    }

    @Test func gpuWithoutMembersSharesNothing() {
        #expect(answer([[("a", .int(1))], []]) == #"{"devices":[{"index":0,"a":1},{"index":1}]}"#)
    }

    /// No GPU is blamed for what the node lacks.
    @Test func whatTheNodeLacksIsOfNoGPU() {
        let gpus = (0..<2).map { index in
            var gpu = GPUSnapshot()
            gpu.index = UInt32(index)
            return gpu
        }
        let devices = AnswerDevices(gpus) { gpu, fields in
            fields.begin(gpu)
            if gpu.index == 1 { fields.note("power_w", .error(code: 999)) }
        }
        let none = AnswerDevices(gpus) { gpu, fields in fields.begin(gpu) }
        let node = [
            MissingReading(reading: "cuda_version", reason: .timedOut),
            MissingReading(reading: "nvml_version", reason: .notSupported),
        ]
        #expect(FailedReadings(of: [], devices, without: []).sentence == " Not read: power_w of GPU 1 (error_999).")
        #expect(FailedReadings(of: node, none, without: []).sentence == " Not read: cuda_version (timed_out).")
        #expect(
            FailedReadings(of: node, devices, without: []).sentence
                == " Not read: cuda_version (timed_out); power_w of GPU 1 (error_999).")
        #expect(FailedReadings(of: [], none, without: []).isEmpty)
    }

    @Test func lostGPUIsAProblem() {
        var gpu = GPUSnapshot()
        gpu.index = 3
        gpu.refusal = .gpuLost
        let devices = AnswerDevices([gpu]) { gpu, fields in fields.begin(gpu) }
        #expect(devices.devices[0].missing == [MissingReading(reading: "device", reason: .gpuLost)])
        #expect(devices.devices[0].problem?.gpu == 3)
    }
}
