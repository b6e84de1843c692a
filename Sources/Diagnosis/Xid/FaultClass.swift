/// Which part a catalogue number is about (column `class` of the data files).
package enum FaultClass: String, Sendable, Hashable, CaseIterable {
    case application
    case driver
    case firmware
    case memory = "hw_memory"
    case bus = "hw_bus"
    case nvlink = "hw_nvlink"
    case chipToChip = "hw_c2c"
    case engine = "hw_engine"
    case power = "hw_power"
    case thermal = "hw_thermal"
    case board = "hw_board"
    case nvswitch = "hw_nvswitch"
    case virtualization
    case display
    /// Clean-up after another Xid.
    case follower
    /// Xid 154: what the driver wants done.
    case recovery
    case info
    /// Numbers that current drivers no longer print.
    case legacy
    /// A number that the catalogue does not have.
    case unknown
}

/// Where a fault of a number usually comes from, before the rest of the log is looked at (column `origin`).
package enum FaultOrigin: String, Sendable, Hashable, CaseIterable {
    case application
    case hardware
    case software
    case either
    /// Of another Xid.
    case consequence
    case none
}
