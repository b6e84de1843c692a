/// What faults are counted by: the number or kind, without its text.
package enum FaultCode: Sendable, Hashable {
    case xid(UInt32)
    case sxid(UInt32)
    case driver(DriverFault.Kind)
    case pcie(PCIeFault)

    /// Nil for lines that say nothing countable: names of GPUs, continuations, ordinary driver messages.
    init?(_ fault: KernelFault) {
        switch fault {
        case .xid(let xid): self = .xid(xid.number)
        case .sxid(let sxid): self = .sxid(sxid.number)
        // The driver prints this sentence beside Xid 79, or in place of it.
        case .driver(.fallenOffBus): self = .xid(79)
        case .driver(.fabricManager(let sxid, _)): self = .sxid(sxid)
        case .driver(.other), .driver(.deviceNamed), .driver(.moduleLoaded), .driver(.unbindLock(true)), .identity:
            return nil
        case .driver(let driver): self = .driver(driver.kind)
        case .pcie(.detail), .pcie(.recovered): return nil
        case .pcie(let pcie): self = .pcie(pcie)
        }
    }

    /// The Xid's number, if it is one.
    package var xid: UInt32? {
        guard case .xid(let number) = self else { return nil }
        return number
    }

    /// The NVSwitch error's number, if it is one.
    package var sxid: UInt32? {
        guard case .sxid(let number) = self else { return nil }
        return number
    }

    /// `Xid 79`, `SXid 20034`, `initialization_failed`, `pcie_fatal`.
    package var label: String {
        switch self {
        case .xid(let number): "Xid \(number)"
        case .sxid(let number): "SXid \(number)"
        case .driver(let kind): kind.rawValue
        case .pcie(let fault): fault.rawValue
        }
    }
}
