#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The library that simulates hardware; it lies next to the agent's binary.
package enum SimulatorLibrary {
    /// The environment variable by which the library learns which scenario to play.
    package static let scenarioVariable = "NVML_SIMULATOR_SCENARIO"

    static let missing =
        "the simulator's library does not lie next to the agent (simulator/libnvidia-ml.so.1); build it with `make agent`"

    /// The library, in an installation or in a build folder; nil if it is in neither place.
    package static func find() -> String? {
        guard let folder = executableFolder() else { return nil }
        return ["simulator/libnvidia-ml.so.1", "libNVMLSimulator.so", "libNVMLSimulator.dylib"]
            .map { "\(folder)/\($0)" }
            .first { access($0, R_OK) == 0 }
    }

    private static func executableFolder() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        let path = String(decoding: buffer[..<count], as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}
