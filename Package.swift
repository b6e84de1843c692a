// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A Swift target of this package, with the house's compiler settings.
func room(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

/// A C target that compiles data files into the binary with `#embed`.
func data(_ name: String) -> Target {
    .target(name: name, exclude: ["data"])
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "k8s-mcp-agent",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "k8s-mcp-agent", targets: ["k8s-mcp-agent"]),
        .library(name: "MCP", targets: ["MCP"]),
        .library(name: "NVMLSimulator", type: .dynamic, targets: ["NVMLSimulator"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // Ground floor: each knows nothing of the others.
        room("JSON"),
        .target(name: "CNVML"),
        .target(name: "CSystem"),
        room("EventLoop", ["CSystem"]),
        room("Snapshots"),
        data("ScenarioData"),
        data("DiagnosisData"),

        // The hardware.
        room("NVML", ["CNVML"]),
        room("Scenarios", ["JSON", "ScenarioData"]),
        .target(
            name: "NVMLSimulator", dependencies: ["CNVML", "Scenarios"], exclude: ["exports.map"], swiftSettings: strict,
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-static-stdlib", "-Xlinker", "-soname=libnvidia-ml.so.1", "-Xlinker",
                        "--version-script=\(Context.packageDirectory)/Sources/NVMLSimulator/exports.map",
                    ],
                    .when(platforms: [.linux]))
            ]),
        room("HostNode", ["CSystem", "Snapshots"]),
        room("Kubernetes", ["HostNode", "JSON", "Snapshots"]),

        // How it is asked for.
        room("ProbeProtocol", ["CSystem", "Snapshots"]),
        room("Probe", ["CSystem", "EventLoop", "ProbeProtocol", "Snapshots"]),
        room("ProbeWorker", ["CSystem", "HostNode", "Kubernetes", "NVML", "ProbeProtocol", "Scenarios", "Snapshots"]),

        // What it means.
        room("Diagnosis", ["DiagnosisData", "Snapshots"]),

        // How it is said.
        room("MCP", ["EventLoop", "JSON"]),
        room("Tools", ["Diagnosis", "EventLoop", "JSON", "MCP", "Probe", "ProbeProtocol", "Snapshots"]),
        .executableTarget(
            name: "k8s-mcp-agent",
            dependencies: [
                "CSystem", "Diagnosis", "EventLoop", "HostNode", "JSON", "MCP", "Probe", "ProbeProtocol", "ProbeWorker", "Scenarios",
                "Snapshots", "Tools",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Tests, and what only tests use.
        room("TestSupport", ["EventLoop"], path: "Tests/Support"),
        tests("JSONTests", ["JSON"]),
        tests("NVMLTests", ["NVML", "CNVML"]),
        tests("ScenariosTests", ["Scenarios"]),
        tests("HostNodeTests", ["HostNode", "Snapshots"]),
        tests("KubernetesTests", ["HostNode", "Kubernetes", "Snapshots"]),
        tests("SnapshotsTests", ["Snapshots"]),
        tests("ProbeTests", ["EventLoop", "Probe", "ProbeProtocol", "Snapshots", "TestSupport"]),
        .testTarget(
            name: "DiagnosisTests", dependencies: ["Diagnosis", "Snapshots"], exclude: ["Xid/kmsg-samples.tsv"],
            swiftSettings: strict),
        tests("MCPTests", ["MCP", "JSON", "EventLoop"]),
        tests("EventLoopTests", ["EventLoop", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
