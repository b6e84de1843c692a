/// What to do first, in the words that answers use.
///
/// They are NVIDIA's buckets of the Xid catalogue under plain names: `IGNORE` is `NONE`, `RESTART_BM` is `REBOOT_NODE`.
package enum Action: String, Sendable, Hashable, CaseIterable {
    case none = "NONE"
    case restartApp = "RESTART_APP"
    case restartVM = "RESTART_VM"
    case resetGPU = "RESET_GPU"
    /// Every GPU and NVSwitch of the node together.
    case resetFabric = "RESET_FABRIC"
    case rebootNode = "REBOOT_NODE"
    case checkApp = "CHECK_APP"
    case checkDriver = "CHECK_DRIVER"
    case checkFabric = "CHECK_FABRIC"
    /// The fabric manager's service and its configuration.
    case checkFabricManager = "CHECK_FM_CONFIG"
    case checkMechanicals = "CHECK_MECHANICALS"
    case checkNVLink = "CHECK_NVLINK"
    case checkPCIe = "CHECK_PCIE"
    case checkPower = "CHECK_POWER"
    case checkThermals = "CHECK_THERMALS"
    case checkUVM = "CHECK_UVM"
    case updateSoftware = "UPDATE_SOFTWARE"
    case fieldDiagnostics = "FIELD_DIAG"
    case contactSupport = "CONTACT_SUPPORT"

    /// One step up the ladder of recovery, for a fault that came back; nil for actions that are not on it.
    package var nextStep: Action? {
        switch self {
        case .restartApp: .resetGPU
        case .resetGPU, .resetFabric: .rebootNode
        case .rebootNode: .fieldDiagnostics
        default: nil
        }
    }

    /// True for what a recovery of the driver makes unnecessary.
    package var isReset: Bool { self == .resetGPU || self == .rebootNode || self == .resetFabric }
}
