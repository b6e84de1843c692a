import CNVML

/// What the driver asks the operator to do. It is a level, not an event: it goes back to `none` after the recovery.
package struct NVMLRecoveryAction: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static let none = NVMLRecoveryAction(rawValue: 0)
    package static let gpuReset = NVMLRecoveryAction(rawValue: 1)
    package static let nodeReboot = NVMLRecoveryAction(rawValue: 2)
    package static let drainP2P = NVMLRecoveryAction(rawValue: 3)
    package static let drainAndReset = NVMLRecoveryAction(rawValue: 4)
    package static let recoverIMEXDomain = NVMLRecoveryAction(rawValue: 5)
    package static let busReset = NVMLRecoveryAction(rawValue: 6)
    package static let systemReboot = NVMLRecoveryAction(rawValue: 7)
}

extension NVMLDevice {
    /// The recovery action (field 230; driver branch 570 and later).
    package func recoveryAction() throws(NVMLError) -> NVMLRecoveryAction {
        NVMLRecoveryAction(rawValue: try unsignedField(NVMLField(id: NVML_FI_DEV_GET_GPU_RECOVERY_ACTION)))
    }

    /// What older drivers may tell by two other fields: whether a reset is needed. That none is, is not all that a recovery
    /// action says: a node may still have to be rebooted.
    ///
    /// - Throws: that it is not supported where one of the fields does not exist and the other asks for nothing.
    package func resetStatus() throws(NVMLError) -> NVMLRecoveryAction {
        var missing: NVMLError?
        for (id, action) in Self.resetFields {
            do throws(NVMLError) {
                if try unsignedField(NVMLField(id: id)) != 0 { return action }
            } catch {
                guard error.code.meansNotSupported else { throw error }
                missing = error
            }
        }
        if let missing { throw missing }
        return .none
    }

    private static let resetFields: [(UInt32, NVMLRecoveryAction)] = [
        (NVML_FI_DEV_RESET_STATUS, .gpuReset), (NVML_FI_DEV_DRAIN_AND_RESET_STATUS, .drainAndReset),
    ]
}
