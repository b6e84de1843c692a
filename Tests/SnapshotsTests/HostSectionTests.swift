import Snapshots
import Testing

@Suite("Host sections cross the pipe")
struct HostSectionTests {
    @Test("PCI devices and modules")
    func devices() throws {
        let link = HostPCILink(currentWidth: .value(8), maximumWidth: .value(16))
        let errors = HostPCIErrors(
            correctable: .value(.init(total: 3, nonzero: [.init(name: "RxErr", count: 3)])),
            nonFatal: .unavailable(.noPermission), fatal: .value(.init(total: 0, nonzero: [])))
        let port = HostPCIPort(busID: BusID(domain: 0, bus: 0x51, device: 1), link: link, errors: errors)
        let device = HostPCIDevice(
            busID: BusID(domain: 0, bus: 0x52, device: 0), kind: .nvSwitch, deviceID: 0x2330,
            driver: .value("nvidia"), numaNode: .value(-1), powerState: .value("D0"),
            isConfigurationAllOnes: .value(false), link: link, errors: errors, upstream: port, path: [port.busID])
        var devices = HostDevices()
        devices.pci = .value([device])
        devices.modules = .value(["nvidia", "nouveau"])
        devices.gpuMinors = .value([0, 7])
        devices.bootedMicroseconds = .value(1_790_000_000_000_000)
        try Coding.expectRoundTrip(devices)
    }

    @Test("kernel log, of the ring buffer and of a file")
    func kernelLog() throws {
        let record = KernelLogRecord(
            sequence: 1, level: 3, facility: 0, monotonicMicroseconds: 5, wallMicroseconds: -6,
            message: "NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.", isZoneUnknown: true, bootID: "a")
        let log = HostKernelLog(
            source: .ringBuffer, bootID: "b", records: [record], scannedCount: 9, lostCount: 2, firstSequence: 1,
            firstMicroseconds: 4, next: KernelLogCursor(position: 7, count: 3, hasStamps: true))
        try Coding.expectRoundTrip(log)
        var file = log
        file.source = .file(path: "/var/log/kern.log")
        file.bootID = nil
        try Coding.expectRoundTrip(file)
        try Coding.expectRoundTrip(Reading.value(log))
        for fault in UnusableFile.allCases {
            try Coding.expectRoundTrip(Reading<HostKernelLog>.unavailable(.unusable(fault)))
        }
    }
}
