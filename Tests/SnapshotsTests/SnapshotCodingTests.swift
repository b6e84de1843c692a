import Snapshots
import Testing

@Suite struct SnapshotCodingTests {
    /// Encodes and decodes a value.
    private func roundTrip<Value: SnapshotCodable>(_ value: Value) throws -> Value {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 8)
        defer { buffer.deallocate() }
        var value = value
        var encoder = SnapshotCoder(writingInto: buffer)
        try encoder.code(&value)
        var decoder = SnapshotCoder(reading: UnsafeRawBufferPointer(rebasing: buffer[..<encoder.count]))
        var decoded = Value()
        try decoder.code(&decoded)
        #expect(decoder.isAtEnd)
        return decoded
    }

    private static let gpu: GPUSnapshot = {
        var gpu = GPUSnapshot()
        gpu.index = 3
        gpu.uuid = .value("GPU-8d7f2c11-0f6e-4a1a-9a3e-0123456789ab")
        gpu.busID = .value(BusID(domain: 0, bus: 0x4e, device: 0))
        gpu.name = .unavailable(.error(code: 999))
        gpu.isSelected = true
        var inventory = GPUInventory()
        inventory.serial = .value("")
        inventory.memoryTotalBytes = .value(.max)
        inventory.migDevices = .value([MIGDevice(), MIGDevice()])
        inventory.eccMode = .value(ModePair(current: true, pending: false))
        gpu.inventory = inventory
        var telemetry = GPUTelemetry()
        telemetry.temperatureMarginC = .value(-3)
        telemetry.memory = .value(MemoryUse(total: 3, used: 2, free: 1, reserved: nil))
        telemetry.limiters.thermal = .unavailable(.noPermission)
        gpu.telemetry = telemetry
        return gpu
    }()

    @Test func aGPUSurvivesThePipe() throws {
        #expect(try roundTrip(Self.gpu) == Self.gpu)
    }

    @Test(arguments: [Unavailable.gpuLost, .timedOut, .error(code: -7)])
    func aRefusedGPUSurvivesThePipe(reason: Unavailable) throws {
        var gpu = GPUSnapshot()
        gpu.refusal = reason
        #expect(try roundTrip(gpu) == gpu)
    }

    @Test(arguments: [
        Unavailable.notSupported, .noPermission, .timedOut, .gpuLost, .resetRequired, .notRead, .error(code: 999),
    ])
    func everyReasonSurvivesThePipe(reason: Unavailable) throws {
        var driver = DriverSnapshot()
        driver.driverVersion = .unavailable(reason)
        #expect(try roundTrip(driver) == driver)
    }

    @Test func everyTruncationIsAnErrorAndNeverACrash() throws {
        let bytes = encoded()
        for count in 0..<bytes.count {
            #expect(throws: SnapshotError.self) { try decode(Array(bytes[..<count])) }
        }
    }

    /// Damaged bytes decode to something or are refused; they never crash and never ask for much memory.
    @Test func damagedBytesAreRefusedOrDecoded() {
        var generator = SystemRandomNumberGenerator()
        let bytes = encoded()
        for _ in 0..<20_000 {
            var damaged = bytes
            damaged[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            let gpu = try? decode(damaged)
            #expect((gpu?.inventory?.migDevices.value?.count ?? 0) <= bytes.count)
        }
    }

    @Test func aValueThatDoesNotFitIsAnError() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 8)
        defer { buffer.deallocate() }
        var gpu = Self.gpu
        var encoder = SnapshotCoder(writingInto: buffer)
        #expect(throws: SnapshotError.tooLarge) { try encoder.code(&gpu) }
    }

    private func encoded() -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 8)
        defer { buffer.deallocate() }
        var gpu = Self.gpu
        var encoder = SnapshotCoder(writingInto: buffer)
        #expect(throws: Never.self) { try encoder.code(&gpu) }
        return Array(buffer[..<encoder.count])
    }

    private func decode(_ bytes: [UInt8]) throws(SnapshotError) -> GPUSnapshot {
        var gpu = GPUSnapshot()
        var failure: SnapshotError?
        bytes.withUnsafeBytes { bytes in
            var decoder = SnapshotCoder(reading: bytes)
            do throws(SnapshotError) { try decoder.code(&gpu) } catch { failure = error }
        }
        if let failure { throw failure }
        return gpu
    }
}
