// swift-tools-version: 6.2
import PackageDescription

/// `make` and CI set this; a plain `swift build` only warns, so that a newer compiler does not stop anybody.
let warningsAreErrors = Context.environment["WARNINGS_AS_ERRORS"] == "1"

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

let strictC: [CSetting] = warningsAreErrors ? [.treatAllWarnings(as: .error)] : []

/// Makes the release binary small, and free of every shared library but libc, libm and the loader.
///
/// `make agent` puts a link to libstdc++.a into `.build/static-libraries`, which the linker then finds before the shared
/// one. Exported symbols would only cost space, and could be mistaken for those of a driver library.
let standalone: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-use-ld=lld", "-Xlinker", "--icf=safe", "-Xlinker", "--no-export-dynamic",
            "-Xclang-linker", "-static-libgcc", "-L\(Context.packageDirectory)/.build/static-libraries",
        ],
        .when(platforms: [.linux], configuration: .release))
]

/// A Swift target of this package, with the house's compiler settings.
func room(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

/// A C target that compiles data files into the binary with `#embed`.
func data(_ name: String) -> Target {
    .target(name: name, exclude: ["data"], cSettings: strictC)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A program that libFuzzer feeds; `make fuzz` builds it.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: "Fuzz\(name)", dependencies: dependencies, path: "Fuzz/\(name)", swiftSettings: strict)
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
        .target(name: "CNVML", cSettings: strictC),
        .target(name: "CUnix", cSettings: strictC),
        room("EventLoop", ["CUnix"]),
        room("Snapshots"),
        data("ScenarioData"),
        data("DiagnosisData"),

        // The hardware.
        room("NVML", ["CNVML"]),
        room("Scenarios", ["JSON", "ScenarioData"]),
        .target(
            name: "NVMLSimulator", dependencies: ["CNVML", "Scenarios"], exclude: ["exports.map"],
            swiftSettings: strict,
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-static-stdlib", "-Xlinker", "-soname=libnvidia-ml.so.1", "-Xlinker",
                        "--version-script=\(Context.packageDirectory)/Sources/NVMLSimulator/exports.map",
                    ],
                    .when(platforms: [.linux])),
                .unsafeFlags(
                    [
                        "-use-ld=lld", "-Xlinker", "--icf=safe", "-Xlinker", "--gc-sections",
                        "-Xclang-linker", "-static-libgcc", "-L\(Context.packageDirectory)/.build/static-libraries",
                    ],
                    .when(platforms: [.linux], configuration: .release)),
            ]),
        room("HostNode", ["CUnix", "JSON", "Snapshots"]),
        room("Kubernetes", ["HostNode", "JSON", "Snapshots"]),

        // How it is asked for.
        room("ProbeProtocol", ["CUnix", "Snapshots"]),
        room("Probe", ["CUnix", "EventLoop", "ProbeProtocol", "Snapshots"]),
        room("ProbeWorker", ["CUnix", "HostNode", "Kubernetes", "NVML", "ProbeProtocol", "Scenarios", "Snapshots"]),

        // What it means.
        room("Diagnosis", ["DiagnosisData", "Snapshots"]),

        // How it is said.
        room("MCP", ["EventLoop", "JSON"]),
        room("Tools", ["Diagnosis", "EventLoop", "JSON", "MCP", "Probe", "ProbeProtocol", "Snapshots"]),
        .executableTarget(
            name: "k8s-mcp-agent",
            dependencies: [
                "CUnix", "Diagnosis", "EventLoop", "HostNode", "JSON", "MCP", "Probe", "ProbeProtocol", "ProbeWorker",
                "Scenarios",
                "Snapshots", "Tools",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict, linkerSettings: standalone),

        // Tests, and what only tests use.
        room("TestSupport", ["EventLoop"], path: "Tests/Support"),
        tests("JSONTests", ["JSON"]),
        tests("NVMLTests", ["NVML", "CNVML"]),
        tests("ScenariosTests", ["Scenarios"]),
        tests("SimulatorTests", []),
        tests("HostNodeTests", ["HostNode", "Snapshots"]),
        tests("KubernetesTests", ["HostNode", "Kubernetes", "Snapshots"]),
        tests("SnapshotsTests", ["Snapshots"]),
        tests("ProbeTests", ["EventLoop", "Probe", "ProbeProtocol", "Snapshots", "TestSupport"]),
        .testTarget(
            name: "DiagnosisTests", dependencies: ["Diagnosis", "Snapshots"], exclude: ["Xid/kmsg-samples.tsv"],
            swiftSettings: strict),
        .testTarget(
            name: "MCPTests", dependencies: ["MCP", "JSON", "EventLoop"], exclude: ["Exchanges"],
            swiftSettings: strict),
        tests("EventLoopTests", ["EventLoop", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

if Context.environment["FUZZ"] == "1" {
    package.targets += [
        fuzzer("KernelLog", ["HostNode", "Snapshots"]),
        fuzzer("XidLines", ["Diagnosis", "Snapshots"]),
        fuzzer("Cgroup", ["HostNode", "Snapshots"]),
        fuzzer("PodResources", ["Kubernetes", "Snapshots"]),
        fuzzer("JSON", ["JSON"]),
    ]
}
