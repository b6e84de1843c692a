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
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    ],
    targets: [
        // Ground floor: each knows nothing of the others.
        room("JSON"),
        .target(name: "CNVML"),
        // Not "CSystem": swift-system has a target of that name, and names are unique in a package graph.
        .target(name: "CSystemCalls", path: "Sources/CSystem"),
        room("EventLoop", ["CSystemCalls"]),
        room("Snapshots"),
        data("ScenarioData"),
        data("DiagnosisData"),

        // The hardware.
        room("NVML", ["CNVML"]),
        room("Scenarios", ["JSON", "ScenarioData"]),
        .target(
            name: "NVMLSimulator", dependencies: ["CNVML", "CSystemCalls", "Scenarios"], swiftSettings: strict,
            linkerSettings: [
                .unsafeFlags(
                    ["-static-stdlib", "-Xlinker", "-soname=libnvidia-ml.so.1", "-Xlinker", "--exclude-libs=ALL"],
                    .when(platforms: [.linux]))
            ]),
        room("HostNode", ["CSystemCalls", "Snapshots"]),

        // How it is asked for.
        room("ProbeProtocol", ["CSystemCalls", "Snapshots"]),
        room("Probe", ["CSystemCalls", "EventLoop", "ProbeProtocol", "Snapshots"]),
        room("ProbeWorker", ["CSystemCalls", "HostNode", "NVML", "ProbeProtocol", "Scenarios", "Snapshots"]),

        // What it means.
        room("Diagnosis", ["DiagnosisData", "Snapshots"]),

        // How it is said.
        room("MCP", ["EventLoop", "JSON"]),
        room("Tools", ["Diagnosis", "JSON", "MCP", "Probe", "Snapshots"]),

        // How it gets to the node and away again.
        room(
            "KubernetesLauncher",
            [
                "CSystemCalls", "EventLoop", "JSON", .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system", condition: .when(platforms: [.linux])),
            ]),
        room("PodHolder", ["CSystemCalls"]),

        .executableTarget(
            name: "k8s-mcp-agent",
            dependencies: [
                "EventLoop", "HostNode", "JSON", "KubernetesLauncher", "MCP", "PodHolder", "Probe", "ProbeWorker",
                "Scenarios", "Snapshots", "Tools",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .executableTarget(
            name: "StandInKubectl", dependencies: ["CSystemCalls", "JSON"], path: "Tests/StandInKubectl",
            swiftSettings: strict),
        .testTarget(
            name: "KubernetesLauncherTests",
            dependencies: ["JSON", "KubernetesLauncher", "StandInKubectl", "k8s-mcp-agent"],
            exclude: ["Golden"], swiftSettings: strict),
        tests("PodHolderTests", ["PodHolder"]),

        tests("JSONTests", ["JSON"]),
        tests("NVMLTests", ["NVML", "CNVML"]),
        tests("ScenariosTests", ["Scenarios"]),
        tests("HostNodeTests", ["HostNode", "Snapshots"]),
        tests("SnapshotsTests", ["Snapshots"]),
        tests("DiagnosisTests", ["Diagnosis", "Snapshots"]),
        tests("MCPTests", ["MCP", "JSON", "EventLoop"]),
        tests("EventLoopTests", ["EventLoop"]),
    ],
    swiftLanguageModes: [.v6]
)
