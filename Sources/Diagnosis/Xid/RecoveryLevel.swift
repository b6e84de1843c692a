/// What the driver wants done with a GPU: NVML field 230 (`NVML_FI_DEV_GET_GPU_RECOVERY_ACTION`) and the text of Xid 154.
///
/// It is a level, not an event: it holds until the recovery is done and then returns to `none`.
package enum RecoveryLevel: Sendable, Hashable {
    case none
    case gpuReset
    case nodeReboot
    case drainPeerToPeer
    case drainAndReset
    /// NVML 13.3 and later.
    case recoverIMEXDomain
    /// NVML 13.5 and later.
    case busReset
    /// NVML 13.5 and later.
    case systemReboot
    /// A number that a newer driver has introduced.
    case unknown(UInt32)

    package init(_ number: UInt32) {
        switch number {
        case 0: self = .none
        case 1: self = .gpuReset
        case 2: self = .nodeReboot
        case 3: self = .drainPeerToPeer
        case 4: self = .drainAndReset
        case 5: self = .recoverIMEXDomain
        case 6: self = .busReset
        case 7: self = .systemReboot
        default: self = .unknown(number)
        }
    }

    /// The name that the driver prints in Xid 154.
    package var name: String {
        switch self {
        case .none: "None"
        case .gpuReset: "GPU Reset Required"
        case .nodeReboot: "Node Reboot Required"
        case .drainPeerToPeer: "Drain P2P"
        case .drainAndReset: "Drain and Reset"
        case .recoverIMEXDomain: "Recover IMEX Domain"
        case .busReset: "Bus Reset"
        case .systemReboot: "System Reboot"
        case .unknown(let number): "Unknown (\(number))"
        }
    }

    /// The first action. An unknown level counts as a reboot, the safe side.
    package var action: Action {
        switch self {
        case .none: .none
        case .gpuReset, .drainAndReset, .busReset: .resetGPU
        case .nodeReboot, .systemReboot, .unknown: .rebootNode
        case .drainPeerToPeer: .checkNVLink
        case .recoverIMEXDomain: .checkFabric
        }
    }

    package var severity: Severity {
        switch self {
        case .none: .info
        case .drainPeerToPeer, .recoverIMEXDomain: .warning
        default: .critical
        }
    }

    /// What the action means at this level, as one clause.
    package var advice: String {
        switch self {
        case .none: "nothing is needed now"
        case .gpuReset: "end every process on the GPU, then reset it"
        case .nodeReboot: "only a reboot of the node helps"
        case .drainPeerToPeer: "stop peer-to-peer work with this GPU; the GPU itself goes on until it is drained"
        case .drainAndReset: "let running work end, then reset the GPU"
        case .recoverIMEXDomain: "recover the IMEX domain of this NVLink fabric"
        case .busReset: "end every process on the GPU, then reset its PCIe bus"
        case .systemReboot: "reboot the whole system"
        case .unknown: "a level that this version does not know; treat it as a reboot"
        }
    }
}
