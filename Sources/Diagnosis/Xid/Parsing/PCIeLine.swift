internal import Snapshots

/// Lines of the kernel's PCIe error reporting: AER, downstream port containment and hot-plug.
enum PCIeLine {
    static func parse(_ view: ByteView, _ context: LineContext) -> KernelEvent? {
        guard let reporter = view.firstDeviceAddress() else { return nil }
        let text = view.slice(reporter.end, view.count)
        guard let fault = hotplug(text) ?? bus(text) ?? detail(view, reporter.start, text) else { return nil }
        let lineStart = wordStart(view, reporter.start)
        let source = source(text)
        var event = context.event(.pcie(fault), source ?? reporter.id, view.slice(lineStart, view.count))
        event.isAnnouncement = source.map { $0 != reporter.id } ?? false
        return event
    }

    private static func hotplug(_ text: ByteView) -> PCIeFault? {
        if text.contains("DPC: containment") || text.contains("DPC: unmasked") { return .containment }
        guard text.contains("pciehp: ") || text.contains("Slot(") else { return nil }
        if text.contains("Link Down") || text.contains("Card not present") { return .linkDown }
        return text.contains("Link Up") || text.contains("Card present") ? .recovered : nil
    }

    private static func bus(_ text: ByteView) -> PCIeFault? {
        let aer = text.contains("AER: ")
        if aer, text.contains("can't recover") || text.contains("recovery failed") || text.contains("reset failed") {
            return .recoveryFailed
        }
        // Older kernels begin it with a capital letter.
        if aer || text.contains("DPC: "), text.contains("ecovery successful") { return .recovered }
        guard text.contains("PCIe Bus Error") || (aer && text.contains("received")) else { return nil }
        // Kernels write Corrected or Correctable, Uncorrected or Uncorrectable, with (Fatal) or (Non-Fatal).
        if text.contains("Corrected") || text.contains("Correctable") { return .corrected }
        if text.contains("(Fatal)") { return .fatal }
        return text.contains("Uncorrect") ? .uncorrected : nil
    }

    /// Registers and names of bits, of GPUs and ports only: other devices' lines look alike.
    private static func detail(_ view: ByteView, _ deviceStart: Int, _ text: ByteView) -> PCIeFault? {
        guard view.has("nvidia ", at: deviceStart - 7) || view.has("pcieport ", at: deviceStart - 9) else { return nil }
        if text.contains("error status/mask=") || text.contains("TLP Header") { return .detail }
        var scanner = ByteScanner(text)
        guard scanner.skip(":") else { return nil }
        scanner.skipSpaces()
        _ = scanner.skip("AER: ")
        scanner.skipSpaces()
        guard scanner.skip("[") else { return nil }
        scanner.skipSpaces()
        guard let bit = scanner.decimal(), bit < 32 else { return nil }
        return scanner.skip("]") ? .detail : nil
    }

    /// The device that a port names as the sender: `received from 0000:18:00.0`, `received: 0000:18:00.0`.
    private static func source(_ text: ByteView) -> BusID? {
        var scanner = ByteScanner(text)
        guard scanner.skip(to: "received from ") || scanner.skip(to: "received: ") else { return nil }
        return scanner.busID()
    }

    /// Where the word before an address begins: the driver's name in `nvidia 0000:18:00.0`.
    private static func wordStart(_ view: ByteView, _ address: Int) -> Int {
        var start = address - 1
        while start > 0, address - start < 24, view[start - 1] > 0x20 { start -= 1 }
        return max(0, start)
    }
}
