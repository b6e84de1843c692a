package import Snapshots

/// An Xid line of the GPU driver.
package struct XidFault: Sendable, Hashable {
    package var number: UInt32
    /// The process that allocated the channel, in the host's pid namespace; nil where the driver knew none.
    package var pid: UInt32?
    /// The kernel's 15-byte name of that process.
    package var processName: String?
    /// MIG GPU instance, and compute instance.
    package var gpuInstance: UInt32?
    package var computeInstance: UInt32?
    /// The text behind number, pid and name, capped at `KernelEventParser.messageLimit` bytes.
    package var message: String
    /// What the text says in fields, where its form is known.
    package var detail: XidDetail?

    package init(number: UInt32, message: String = "") {
        self.number = number
        self.message = message
    }
}

/// The fields of an Xid's text.
package enum XidDetail: Sendable, Hashable {
    /// 13: the graphics processing cluster, texture cluster and multiprocessor that trapped.
    case multiprocessor(gpc: UInt32, tpc: UInt32, sm: UInt32)
    /// 31: what faulted, at which virtual address, how (`FAULT_PDE ACCESS_TYPE_VIRT_READ`).
    case memoryFault(engine: String, address: UInt64?, kind: String)
    /// 43, 45 of drivers from 575 on: the Xid that ended the channel.
    case causedBy(xid: UInt32)
    /// 48: where in the framebuffer.
    case framebuffer(partition: UInt32, subpartition: UInt32)
    /// 74, 136: the link, and up to 7 registers or the bus id of the other end.
    case link(UInt32, registers: [UInt32], remote: BusID?)
    /// 94, 95: the unit, and whether the line asks for a reset (RST) or for drain and reset (D-RST).
    case containment(unit: String, reset: Bool, drainAndReset: Bool, address: UInt64?)
    /// 119, 175: how long the driver waited for the GSP, for which call.
    case gspTimeout(seconds: UInt32, function: UInt32?, functionName: String)
    /// 140: errors per place.
    case escapedECC(dram: UInt32, l2: UInt32, mmu: UInt32, pcie: UInt32)
    /// 144 to 150.
    case nvlink5(NVLink5Line)
    /// 154: the level before and after.
    case recovery(from: RecoveryLevel, to: RecoveryLevel)
}

/// The fields of an NVLink5 line: `NETIR_LINK_EVT Fatal XC0 i0 Link 08 (0x004505c6 0x00000000 ...)`.
package struct NVLink5Line: Sendable, Hashable {
    package var unit: String
    package var isFatal: Bool
    /// Nil where the line says -1.
    package var link: UInt32?
    /// Intrinfo, error status, then up to four more.
    package var words: [UInt32]

    package init(unit: String, isFatal: Bool, link: UInt32?, words: [UInt32]) {
        self.unit = unit
        self.isFatal = isFatal
        self.link = link
        self.words = words
    }
}
