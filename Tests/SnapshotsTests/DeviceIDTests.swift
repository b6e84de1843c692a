import Testing

@testable import Snapshots

@Suite struct DeviceIDTests {
    @Test(
        arguments: [
            ("GPU-8d7f", .gpu(uuid: "GPU-8d7f"), nil), ("GPU-8d7f::12", .gpu(uuid: "GPU-8d7f"), 12),
            ("MIG-1234", .mig(uuid: "MIG-1234"), nil), ("MIG-1234::0", .mig(uuid: "MIG-1234"), 0),
            ("MIG-GPU-8d7f/7/0", .migInstance(gpuUUID: "GPU-8d7f", gpuInstance: 7, computeInstance: 0), nil),
            ("nvidia0", .minor(0), nil), ("nvidia13/gi1", .minorInstance(13, gpuInstance: 1), nil),
            ("nvidia0/vgpu3", .minor(0), 3), ("nvidia0/gi2/vgpu1", .minorInstance(0, gpuInstance: 2), 1),
            ("0000:3b:00.0", .busID(BusID(domain: 0, bus: 0x3b, device: 0)), nil),
            ("", nil, nil), ("GPU-", nil, nil), ("MIG-", nil, nil), ("nvidia", nil, nil), ("nvidia0/x", nil, nil),
            ("nvidia-1", nil, nil), ("MIG-GPU-8d7f/7", nil, nil), ("MIG-GPU-8d7f/7/x", nil, nil), ("mlx5_0", nil, nil),
            ("GPU-8d7f::x", .gpu(uuid: "GPU-8d7f::x"), nil), ("::", nil, nil), ("nvidia99999999999", nil, nil),
        ] as [(String, DeviceID.Name?, UInt32?)])
    func forms(_ text: String, _ names: DeviceID.Name?, _ replica: UInt32?) {
        let id = DeviceID(text)
        #expect(id.names == names)
        #expect(id.replica == replica)
        #expect(id.text == text)
    }
}
