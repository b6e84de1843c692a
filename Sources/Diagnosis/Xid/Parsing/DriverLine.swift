internal import Snapshots

/// Lines of the GPU driver and its neighbours that have no Xid number.
enum DriverLine {
    static func parse(_ view: ByteView, _ context: LineContext) -> KernelEvent? {
        if let start = view.find("NVRM: ") { return nvrm(view.slice(start, view.count), context) }
        if let start = view.find("nvidia-peermem") {
            return context.event(.driver(.peerMemory), nil, view.slice(start, view.count))
        }
        if let start = view.find("nouveau "), let device = view.firstDeviceAddress(), device.start == start + 8 {
            return context.event(.driver(.nouveau), device.id, view.slice(start, view.count))
        }
        guard let start = view.find("detected NVSwitch ") else { return nil }
        return fabricManager(view.slice(start, view.count)).map {
            context.event(.driver($0), nil, view.slice(start, view.count))
        }
    }

    /// `detected NVSwitch non-fatal error 12028 on fid 0 ...`
    private static func fabricManager(_ line: ByteView) -> DriverFault? {
        var scanner = ByteScanner(line)
        guard scanner.skip("detected NVSwitch ") else { return nil }
        let isFatal = scanner.skip("fatal ")
        guard isFatal || scanner.skip("non-fatal "), scanner.skip("error "), let number = scanner.decimal() else {
            return nil
        }
        return .fabricManager(sxid: number, isFatal: isFatal)
    }

    private static func nvrm(_ line: ByteView, _ context: LineContext) -> KernelEvent {
        if let identity = identity(line) { return context.event(.identity(identity), gpuAddress(line), line) }
        if NumberedMessage.start(in: line, from: 0, allowsMask: context.allowsMask) != nil || isCutAddress(line) {
            return context.event(.driver(.damagedXid), gpuAddress(line), line)
        }
        let fault = presence(line) ?? software(line) ?? noise(line) ?? .other
        return context.event(.driver(fault), gpuAddress(line), line)
    }

    /// `NVRM: Xid (PCI:0000:3`: the line ends within the address. With a digit of it, it is no name of a task: those have at most
    /// 15 bytes.
    private static func isCutAddress(_ line: ByteView) -> Bool {
        var scanner = ByteScanner(line)
        guard scanner.skip("NVRM: Xid (PCI:"), scanner.at < line.count else { return false }
        return (scanner.at..<line.count).allSatisfy { line[$0].hexValue != nil || line[$0] == UInt8(ascii: ":") }
    }

    private static func identity(_ line: ByteView) -> GPUIdentityLine? {
        var scanner = ByteScanner(line)
        if scanner.skip("NVRM: GPU at "), scanner.skip(to: ": GPU-") {
            return .uuid(line.slice(scanner.at - 4, line.count).text(limit: 40))
        }
        guard scanner.skip(to: "Board Serial Number: ") || scanner.skip(to: "GPU serial number is ") else { return nil }
        var end = scanner.at
        while end - scanner.at < 32, isNameByte(line[end]) { end += 1 }
        return .serial(line.slice(scanner.at, end).text(limit: 32))
    }

    /// Whether a GPU is there and came up.
    private static func presence(_ line: ByteView) -> DriverFault? {
        if line.contains("fallen off the bus") { return .fallenOffBus }
        if line.contains("RmInitAdapter failed") || line.contains("rm_init_adapter failed")
            || line.contains("rm_init_private_state() failed")
        {
            return .initializationFailed(code: bracketed(line, from: "failed! ("))
        }
        var scanner = ByteScanner(line)
        if scanner.skip(to: "already bound to ") {
            return .boundTo(driver: DriverLine.word(line, scanner.at))
        }
        if line.contains("probe routine failed") || line.contains("probe routine was not called") {
            return .probeFailed(
                devices: scanner.skip(to: " for ") ? scanner.decimal() : nil, isCalled: !line.contains("not called"))
        }
        if line.contains("None of the NVIDIA devices were initialized") {
            return .probeFailed(devices: nil, isCalled: true)
        }
        if line.contains("Attempting to remove device") { return .removedInUse }
        if line.contains("UnbindLock") { return .unbindLock(acquired: !line.contains("not acquire")) }
        return nil
    }

    /// Versions and interrupts.
    private static func software(_ line: ByteView) -> DriverFault? {
        if line.contains("API mismatch") { return versionMismatch(line) }
        if line.contains("knvlinkDiscover") { return .nvlinkDiscovery }
        var scanner = ByteScanner(line)
        if line.contains("unhandled interrupt threshold") {
            return .unhandledInterrupts(irq: scanner.skip(to: "irq ") ? scanner.decimal() : nil)
        }
        guard scanner.skip(to: "loading NVIDIA UNIX") else { return nil }
        while scanner.skip(to: " ") {
            let version = version(line, scanner.at)
            if version.contains(".") { return .moduleLoaded(version: version) }
        }
        return .moduleLoaded(version: "")
    }

    private static func noise(_ line: ByteView) -> DriverFault? {
        if line.contains("Assertion failed") || line.contains("Check failed") {
            let status = bracketed(line, from: "[", to: "]")
            if status == "NV_ERR_RESET_REQUIRED" { return .resetRequired }
            return .assertion(status: status.hasPrefix("NV_ERR") ? status : "")
        }
        if line.contains("RPC history") || line.contains("_kgsp") || line.contains("GSP") { return .gspTrace }
        return line.has("NVRM: The NVIDIA GPU ", at: 0) ? .deviceNamed : nil
    }

    /// The line breaks of this message may be real, escaped, or gone: only words are looked for.
    private static func versionMismatch(_ line: ByteView) -> DriverFault {
        var scanner = ByteScanner(line)
        var client = ""
        var pid: UInt32?
        if scanner.skip(to: "the client '"), let quote = line.find("'", from: scanner.at) {
            client = line.slice(scanner.at, quote).text(limit: 64)
            pid = scanner.skip(to: "(pid ") ? scanner.decimal() : nil
        }
        let clientVersion = scanner.skip(to: "has the version ") ? version(line, scanner.at) : ""
        let kernelVersion = scanner.skip(to: "the version ") ? version(line, scanner.at) : ""
        return .versionMismatch(client: client, pid: pid, clientVersion: clientVersion, kernelVersion: kernelVersion)
    }

    /// Digits and full stops, without one at the end.
    private static func version(_ line: ByteView, _ start: Int) -> String {
        var end = start
        while end - start < 24, line[end].isDigit || line[end] == UInt8(ascii: ".") { end += 1 }
        while end > start, line[end - 1] == UInt8(ascii: ".") { end -= 1 }
        return line.slice(start, end).text(limit: 24)
    }

    /// A name such as `vfio-pci`, without what ends the sentence.
    private static func word(_ line: ByteView, _ start: Int) -> String {
        var end = start
        while end - start < 32, isNameByte(line[end]) { end += 1 }
        return line.slice(start, end).text(limit: 32)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte.isDigit || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x2d || byte == 0x5f
    }

    /// The text from behind `opening` to the closing bracket.
    private static func bracketed(
        _ line: ByteView, from opening: StaticString, to closing: StaticString = ")"
    ) -> String {
        var scanner = ByteScanner(line)
        guard scanner.skip(to: opening) else { return "" }
        let rest = line.slice(scanner.at, scanner.at + 48)
        return rest.slice(0, rest.find(closing) ?? rest.count).text(limit: 48)
    }

    /// The address behind `GPU `, `GPU at PCI:`, `device ` or `Xid (PCI:`.
    private static func gpuAddress(_ line: ByteView) -> BusID? {
        for label: StaticString in ["GPU at PCI:", "GPU ", "device ", "Xid (PCI:"] {
            var scanner = ByteScanner(line)
            while scanner.skip(to: label) {
                if let busID = scanner.busID() { return busID }
            }
        }
        return nil
    }
}
