/// A process with a context on a GPU.
package struct GPUProcess: ScenarioSection, Sendable {
    package var pid: UInt32 = 0
    /// 0 compute, 1 graphics, 2 MPS.
    package var kind = 0
    /// Bytes; absent where the driver cannot tell.
    package var usedMemory = NumericReading.absent
    package var protectedMemory = NumericReading.absent
    package var gpuInstance: Int?
    package var computeInstance: Int?
    package var smPercent = 0
    package var memoryPercent = 0
    package var encoderPercent = 0
    package var decoderPercent = 0

    package init() {}

    mutating func read(_ reader: inout ObjectReader) throws(ScenarioError) {
        let number = try reader.integer("pid") ?? 0
        guard let pid = UInt32(exactly: number), pid > 0 else {
            throw ScenarioError("expected a process id above 0", at: reader.place("pid"))
        }
        self.pid = pid
        kind = Int(try reader.choice("kind", .processKinds).value?.start ?? 0)
        usedMemory = try reader.number("used_memory_bytes")
        protectedMemory = try reader.number("protected_memory_bytes")
        gpuInstance = try reader.integer("gpu_instance")
        computeInstance = try reader.integer("compute_instance")
        smPercent = try reader.integer("sm_percent") ?? 0
        memoryPercent = try reader.integer("memory_percent") ?? 0
        encoderPercent = try reader.integer("encoder_percent") ?? 0
        decoderPercent = try reader.integer("decoder_percent") ?? 0
    }
}
