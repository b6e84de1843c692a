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
    traits: [
        .trait(
            name: "HTTP",
            description: "serve --http in the agent's own binary, which this makes a third larger.")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        // Without its default traits, which would bring all of Foundation along.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.11.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: [
        // Ground floor: each knows nothing of the others.
        room("JSON"),
        room("Spelling"),
        room("Digests"),
        .target(name: "CNVML", cSettings: strictC),
        .target(name: "CUnix", cSettings: strictC),
        room("EventLoop", ["CUnix"]),
        room("Snapshots"),
        data("ScenarioData"),
        data("DiagnosisData"),

        // The hardware.
        room("NVML", ["CNVML"]),
        room("Scenarios", ["JSON", "ScenarioData", "Spelling"]),
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
        room("Kubernetes", ["HostNode", "Snapshots"]),

        // How it is asked for.
        room("ProbeProtocol", ["CUnix", "Snapshots"]),
        room("Probe", ["CUnix", "EventLoop", "ProbeProtocol", "Snapshots"]),
        room(
            "ProbeWorker",
            ["CNVML", "CUnix", "HostNode", "Kubernetes", "NVML", "ProbeProtocol", "Scenarios", "Snapshots"]),

        // What may be done to it, and the record of that.
        room("Audit", ["CUnix", "Digests", "JSON", "Snapshots"]),
        room("Operations", ["CUnix", "EventLoop", "HostNode", "Snapshots"]),

        // What it means.
        room("Diagnosis", ["DiagnosisData", "Snapshots"]),

        // How it is said.
        room("MCP", ["Digests", "EventLoop", "JSON", "Spelling"]),
        room(
            "MCPHTTP",
            [
                "CUnix", "JSON", "MCP", .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        // What the public conformance suite of MCP drives; only tests need it.
        .executableTarget(
            name: "mcp-conformance-server",
            dependencies: [
                "EventLoop", "JSON", "MCP", "MCPHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        room(
            "Tools",
            [
                "Audit", "Diagnosis", "Digests", "EventLoop", "HostNode", "JSON", "MCP", "Operations", "Probe",
                "ProbeProtocol", "Snapshots",
            ]),

        // How it gets to the node and away again.
        room(
            "KubernetesLauncher",
            [
                "CUnix", "EventLoop", "JSON", .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system", condition: .when(platforms: [.linux])),
            ]),
        room("PodHolder", ["CUnix"]),

        .executableTarget(
            name: "k8s-mcp-agent",
            dependencies: [
                "Audit", "CUnix", "Diagnosis", "EventLoop", "HostNode", "JSON", "Kubernetes", "KubernetesLauncher",
                "MCP",
                "Operations", "PodHolder", "Probe", "ProbeProtocol", "ProbeWorker", "Scenarios", "Snapshots",
                "Spelling",
                "Tools", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .target(name: "MCPHTTP", condition: .when(traits: ["HTTP"])),
                .product(name: "Logging", package: "swift-log", condition: .when(traits: ["HTTP"])),
                .product(
                    name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: .when(traits: ["HTTP"])),
                .product(name: "UnixSignals", package: "swift-service-lifecycle", condition: .when(traits: ["HTTP"])),
            ],
            swiftSettings: strict, linkerSettings: standalone),

        // Tests, and what only tests use.
        room("TestSupport", ["CUnix", "EventLoop"], path: "Tests/Support"),
        room("ExchangeServers", ["EventLoop", "JSON", "MCP"], path: "Tests/ExchangeServers"),
        .executableTarget(
            name: "exchange-server", dependencies: ["EventLoop", "ExchangeServers", "JSON", "MCP"],
            path: "Tests/ExchangeServer", swiftSettings: strict),
        .executableTarget(
            name: "StandInKubectl", dependencies: ["CUnix", "JSON"], path: "Tests/StandInKubectl",
            swiftSettings: strict),
        .testTarget(
            name: "KubernetesLauncherTests",
            dependencies: ["CUnix", "JSON", "KubernetesLauncher", "StandInKubectl", "TestSupport", "k8s-mcp-agent"],
            exclude: ["Golden"], swiftSettings: strict),
        tests("PodHolderTests", ["PodHolder"]),

        tests("JSONTests", ["JSON"]),
        tests("NVMLTests", ["NVML", "CNVML", "TestSupport"]),
        tests("ScenariosTests", ["Scenarios"]),
        tests("SimulatorTests", ["TestSupport"]),
        tests("HostNodeTests", ["HostNode", "Snapshots", "TestSupport"]),
        tests("KubernetesTests", ["HostNode", "Kubernetes", "Snapshots"]),
        tests("SnapshotsTests", ["Snapshots"]),
        tests("ProbeTests", ["EventLoop", "Probe", "ProbeProtocol", "Snapshots", "TestSupport"]),
        tests("ProbeWorkerTests", ["HostNode", "ProbeWorker", "Snapshots"]),
        .testTarget(
            name: "DiagnosisTests", dependencies: ["Diagnosis", "Snapshots"], exclude: ["Xid/kmsg-samples.tsv"],
            swiftSettings: strict),
        .testTarget(
            name: "MCPTests",
            dependencies: [
                "CUnix", "Digests", "EventLoop", "ExchangeServers", "JSON", "MCP", "MCPHTTP", "Spelling",
                "TestSupport", "exchange-server",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], exclude: ["Exchanges"], swiftSettings: strict),
        tests(
            "MCPHTTPTests",
            [
                "JSON", "MCP", "MCPHTTP", .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        tests(
            "ToolsTests",
            ["Diagnosis", "EventLoop", "JSON", "MCP", "ProbeProtocol", "Snapshots", "TestSupport", "Tools"]),
        tests("RecordingsTests", ["JSON", "TestSupport"]),
        tests("AuditTests", ["Audit", "JSON"]),
        tests("OperationsTests", ["CUnix", "EventLoop", "HostNode", "Operations", "Snapshots", "TestSupport"]),
        tests(
            "OperatorTests",
            [
                "Audit", "CUnix", "EventLoop", "JSON", "MCP", "Operations", "Probe", "ProbeProtocol", "Snapshots",
                "TestSupport",
                "Tools",
            ]),
        tests("EventLoopTests", ["CUnix", "EventLoop", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

// What `make bench` measures the agent beside.
if Context.environment["BENCH"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "BareHTTP",
            dependencies: [
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], path: "Benchmarks/BareHTTP", swiftSettings: strict))
}

if Context.environment["FUZZ"] == "1" {
    package.targets += [
        fuzzer("KernelLog", ["HostNode", "Snapshots"]),
        fuzzer("XidLines", ["Diagnosis", "Snapshots"]),
        fuzzer("Cgroup", ["HostNode", "Snapshots"]),
        fuzzer("PodResources", ["Kubernetes", "Snapshots"]),
        fuzzer("JSON", ["JSON"]),
        fuzzer("Snapshot", ["ProbeProtocol", "Snapshots"]),
    ]
}
