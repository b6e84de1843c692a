internal import HostNode
internal import NVML
internal import ProbeProtocol
internal import Scenarios
internal import Snapshots

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// NVML in this process: opened by the first request that needs it and kept until the process ends.
struct DriverSession {
    private let configuration: ProbeConfiguration
    private let node: WorkerNode
    private let marks: ProbeMarks
    private var library: NVMLLibrary?
    private var state = NVMLState()
    private var inforoms = InforomChecks()
    private var openings = GPUOpenings()
    /// True after an attempt to open NVML that failed or found no GPU: a later one has to be made by a new process.
    private(set) var mustStartOver = false

    init(configuration: ProbeConfiguration, node: WorkerNode, marks: ProbeMarks) {
        self.configuration = configuration
        self.node = node
        self.marks = marks
    }

    /// Opens NVML if it is not open, and says what driver and library tell of themselves.
    ///
    /// - Parameter names: where to put the names of NVML's functions, and of the library's loading, before the first is called.
    mutating func open(names region: borrowing ProbeRegion, _ sections: ProbeSections) -> DriverSnapshot {
        if library == nil, !mustStartOver { start(region) }
        var snapshot = DriverSnapshot()
        snapshot.state = state
        guard let library else { return snapshot }
        snapshot.driverVersion = Reading { () throws(NVMLError) in try library.driverVersion() }
        snapshot.nvmlVersion = Reading { () throws(NVMLError) in try library.nvmlVersion() }
        snapshot.cudaVersion = Reading { () throws(NVMLError) in UInt32(clamping: try library.cudaDriverVersion()) }
        snapshot.gpuCount = Reading { () throws(NVMLError) in try library.deviceCount() }
        if sections.contains(.confidentialComputing) {
            snapshot.confidentialComputing = Reading { () throws(NVMLError) in
                ConfidentialComputing(try library.confidentialComputing(), of: library)
            }
        }
        if snapshot.gpuCount.value == 0 {
            snapshot.state.outcome = .noGPU
            mustStartOver = true
        }
        return snapshot
    }

    /// One GPU with the sections asked for; nil if NVML is not open.
    mutating func gpu(_ index: UInt32, _ request: ProbeRequest) -> GPUSnapshot? {
        guard let library else { return nil }
        return GPUSnapshot(reading: index, of: library, request, marks, &inforoms, &openings)
    }

    /// Shuts NVML down, if it is open.
    mutating func close() {
        try? library?.stop()
        library = nil
    }

    private mutating func start(_ region: borrowing ProbeRegion) {
        do throws(DriverProblem) {
            let place = try locate()
            guard mayHaveDriver else { throw DriverProblem(.driverNotLoaded) }
            state.libraryPath = place.path
            state.isSimulated = configuration.scenario != nil
            try enter(place.root)
            region.writeNames(NVMLSymbol.all.map(\.name) + ["dlopen(\(place.path))"])
            let opened = try load(place.pathInRoot)
            try initialize(opened)
            library = opened
            state.outcome = .ready
        } catch {
            state.outcome = error.outcome
            state.code = error.code
            state.detail = error.detail
            if !error.path.isEmpty { state.libraryPath = error.path }
            mustStartOver = true
        }
    }

    /// False where the kernel shows no trace of a driver. Then NVML is not asked: as root it makes /dev/nvidiactl in vain and
    /// leaves it behind. WSL (dxg) and Tegra (nvmap) have drivers of another kind; a library that a person named is always asked.
    private var mayHaveDriver: Bool {
        let traces = ["/proc/driver/nvidia/version", "/dev/nvidiactl"] + PlatformDriver.allCases.map(\.path)
        return configuration.scenario != nil || configuration.nvmlLibrary != nil
            || traces.contains { node.files.exists($0) }
    }

    private mutating func enter(_ root: String) throws(DriverProblem) {
        guard root != "/" else { return }
        state.driverRoot = root
        guard chroot(root) == 0, chdir("/") == 0 else { throw DriverProblem(.rootNotEntered, code: errno) }
    }

    /// A damaged file can crash the loader, which is no fault of the agent: it is marked as a call, the last one of the names.
    private func load(_ path: String) throws(DriverProblem) -> NVMLLibrary {
        marks.call.pointee = UInt32(NVMLSymbol.all.count + 1)
        defer { marks.call.pointee = 0 }
        do throws(NVMLLoadError) { return try NVMLLibrary(path: path, currentCall: marks.call) } catch {
            throw DriverProblem(.libraryUnusable, detail: "\(error)")
        }
    }

    private func initialize(_ library: NVMLLibrary) throws(DriverProblem) {
        do throws(NVMLError) { try library.start() } catch {
            throw DriverProblem(NVMLState.Outcome(initError: error.code), code: error.code.rawValue)
        }
    }
}

/// Why NVML could not be opened.
struct DriverProblem: Error {
    let outcome: NVMLState.Outcome
    let code: Int32
    let detail: String
    /// The library that a person named and that is not there; else empty.
    let path: String

    init(_ outcome: NVMLState.Outcome, code: Int32 = 0, detail: String = "", path: String = "") {
        self.outcome = outcome
        self.code = code
        self.detail = detail
        self.path = path
    }
}

extension NVMLState.Outcome {
    /// What an error of nvmlInit means.
    fileprivate init(initError code: NVMLReturnCode) {
        self =
            switch code {
            case .driverNotLoaded: .driverNotLoaded
            case .libraryDriverVersionMismatch: .versionMismatch
            case .noPermission: .noPermission
            case .gpuNotFound: .noGPU
            default: .initializationFailed
            }
    }
}

// MARK: Finding the library

extension DriverSession {
    /// A library, and the root to enter before it is opened.
    private struct Place {
        let path: String
        let root: String
        let pathInRoot: String
    }

    private func locate() throws(DriverProblem) -> Place {
        if let scenario = configuration.scenario { return try locateSimulator(scenario) }
        let found = DriverLibrarySearch.onThisNode(configuration, node.files, root: node.root)
        guard let choice = found.choice else {
            throw DriverProblem(.libraryNotFound, detail: found.shortReport, path: found.explicit?.path ?? "")
        }
        return Place(path: choice.path, root: choice.root, pathInRoot: choice.pathInRoot)
    }

    private func locateSimulator(_ scenario: String) throws(DriverProblem) -> Place {
        if let problem = node.scenarioProblem { throw DriverProblem(.libraryNotFound, detail: problem) }
        guard let path = configuration.nvmlLibrary ?? SimulatorLibrary.find() else {
            throw DriverProblem(.libraryNotFound, detail: SimulatorLibrary.missing)
        }
        setenv(SimulatorLibrary.scenarioVariable, scenario, 1)
        return Place(path: path, root: "/", pathInRoot: path)
    }
}

extension ConfidentialComputing {
    fileprivate init(_ state: NVMLConfidentialComputing, of library: NVMLLibrary) {
        self.init()
        isForDevelopers = state.developerTools != 0
        isOn = state.feature != 0 || isForDevelopers
        if isOn { acceptsWork = Reading { () throws(NVMLError) in try library.confidentialComputingAcceptsWork() } }
    }
}
