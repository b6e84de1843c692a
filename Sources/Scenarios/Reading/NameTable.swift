/// The names of one of NVML's enumerations, as a scenario writes them.
struct NameTable: Sendable {
    let entries: [(name: String, number: Int64)]

    init(_ entries: [(String, Int64)]) { self.entries = entries.map { (name: $0.0, number: $0.1) } }

    func number(of name: String, at path: String) throws(ScenarioError) -> Int64 {
        if let entry = entries.first(where: { $0.name == name }) { return entry.number }
        throw ScenarioError("unknown name \"\(name)\"\(suggestion(for: name, among: entries.map(\.name)))", at: path)
    }
}

extension NameTable {
    static let architectures = NameTable([
        ("kepler", 2), ("maxwell", 3), ("pascal", 4), ("volta", 5), ("turing", 6), ("ampere", 7), ("ada", 8),
        ("hopper", 9), ("blackwell", 10), ("rubin", 13),
    ])
    static let brands = NameTable([
        ("unknown", 0), ("quadro", 1), ("tesla", 2), ("nvs", 3), ("grid", 4), ("geforce", 5), ("titan", 6),
        ("quadro_rtx", 12), ("nvidia_rtx", 13), ("nvidia", 14), ("geforce_rtx", 15), ("titan_rtx", 16),
    ])
    static let computeModes = NameTable([
        ("default", 0), ("exclusive_thread", 1), ("prohibited", 2), ("exclusive_process", 3),
    ])
    static let virtualizationModes = NameTable([
        ("none", 0), ("passthrough", 1), ("vgpu", 2), ("host_vgpu", 3), ("host_vsga", 4),
    ])
    static let addressingModes = NameTable([("none", 0), ("hmm", 1), ("ats", 2)])
    static let powerSources = NameTable([("ac", 0), ("battery", 1), ("undersized", 2)])
    static let eventReasons = NameTable([
        ("gpu_idle", 0x1), ("applications_clocks_setting", 0x2), ("sw_power_cap", 0x4), ("hw_slowdown", 0x8),
        ("sync_boost", 0x10), ("sw_thermal_slowdown", 0x20), ("hw_thermal_slowdown", 0x40),
        ("hw_power_brake_slowdown", 0x80), ("display_clock_setting", 0x100), ("board_limit", 0x200),
        ("reliability", 0x400),
    ])
    static let recoveryActions = NameTable([
        ("none", 0), ("gpu_reset", 1), ("node_reboot", 2), ("drain_p2p", 3), ("drain_and_reset", 4),
        ("recover_imex_domain", 5), ("bus_reset", 6), ("system_reboot", 7),
    ])
    static let linkVersions = NameTable([
        ("1.0", 1), ("2.0", 2), ("2.2", 3), ("3.0", 4), ("3.1", 5), ("4.0", 6), ("5.0", 7), ("6.0", 8),
    ])
    static let linkRemotes = NameTable([("gpu", 0), ("npu", 1), ("switch", 2), ("unknown", 0xff)])
    static let linkCapabilities = NameTable([
        ("p2p", 1), ("sysmem", 2), ("p2p_atomics", 4), ("sysmem_atomics", 8), ("sli_bridge", 16), ("valid", 32),
    ])
    static let fabricStates = NameTable([
        ("not_supported", 0), ("not_started", 1), ("in_progress", 2), ("completed", 3),
    ])
    static let fabricSummaries = NameTable([
        ("not_supported", 0), ("healthy", 1), ("unhealthy", 2), ("limited_capacity", 3),
    ])
    static let events = NameTable([
        ("single_bit_ecc", 0x1), ("double_bit_ecc", 0x2), ("pstate", 0x4), ("xid", 0x8), ("clock", 0x10),
        ("power_source", 0x80), ("mig_config", 0x100), ("sbe_storm", 0x200), ("dram_retirement", 0x400),
        ("dram_retirement_failure", 0x800), ("non_fatal_poison", 0x1000), ("fatal_poison", 0x2000),
        ("gpu_unavailable", 0x4000), ("recovery_action", 0x8000),
    ])
    static let topologyLevels = NameTable([
        ("internal", 0), ("single", 10), ("multiple", 20), ("host_bridge", 30), ("node", 40), ("system", 50),
    ])
    static let p2pStates = NameTable([
        ("ok", 0), ("chipset_not_supported", 1), ("gpu_not_supported", 2), ("topology_not_supported", 3),
        ("disabled_by_regkey", 4), ("not_supported", 5), ("unknown", 6),
    ])
    static let processKinds = NameTable([("compute", 0), ("graphics", 1), ("mps", 2)])
}
