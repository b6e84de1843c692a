import EventLoop
import Glibc
import HostNode
import Operations
import Snapshots
import TestSupport
import Testing

/// The reset by nvidia-smi: what is done in which order, and what after each way in which it can end.
@Suite struct DriverResetTests {
    static let uuid = "GPU-8d7f0000-0000-0000-0000-000000000001"

    static func run(
        _ tool: (any DriverTool)?, persistence: Bool = false, path: ResetPath = .driverTool, clients: [String] = [],
        _ notes: Notes = Notes()
    ) async -> ResetRun {
        let order = ResetOrder(path: path, uuid: uuid, gpu: FakeKernel.gpu, hasPersistence: persistence)
        return await ResetProcedure(
            order, controls: FakeNode(), tool: tool, journal: notes.journal, closeDriver: { true },
            clientsLeft: { clients }
        ).run()
    }

    @Test func aReset() async {
        let tool = ToldTool([])
        let run = await Self.run(tool)
        #expect(run.failure == nil)
        #expect(run.steps.map(\.step.name) == ["close_driver", "look_for_clients", "reset"])
        #expect(tool.commands == [.reset(uuid: Self.uuid)])
    }

    @Test func persistenceModeIsTurnedOffAndOn() async {
        let tool = ToldTool([])
        let run = await Self.run(tool, persistence: true, path: .driverToolBus)
        #expect(run.failure == nil)
        #expect(
            tool.commands == [
                .setPersistence(uuid: Self.uuid, on: false), .busReset(uuid: Self.uuid),
                .setPersistence(uuid: Self.uuid, on: true),
            ])
    }

    @Test func persistenceModeIsRestoredAfterARefusal() async {
        let inUse = DriverToolRun.finished(code: 255, output: "GPU 00000000:3B:00.0: In use by another client")
        let tool = ToldTool([.finished(code: 0, output: ""), inUse])
        let run = await Self.run(tool, persistence: true)
        #expect(run.failure?.kind == "in_use" && run.failure?.state == .untouched)
        #expect(tool.commands.last == .setPersistence(uuid: Self.uuid, on: true))
    }

    @Test func persistenceModeThatCannotBeTurnedOff() async {
        let tool = ToldTool([.finished(code: 4, output: "Insufficient Permissions")])
        let run = await Self.run(tool, persistence: true)
        #expect(run.failure?.kind == "persistence_mode" && run.failure?.state == .untouched)
        #expect(!tool.commands.contains(.reset(uuid: Self.uuid)))
    }

    @Test func aClientThatCameBack() async {
        let tool = ToldTool([])
        let run = await Self.run(tool, persistence: true, clients: ["python3 (pid 7)"])
        #expect(run.failure?.kind == "in_use" && run.failure?.reason.contains("python3 (pid 7)") == true)
        #expect(!tool.commands.contains(.reset(uuid: Self.uuid)))
        #expect(tool.commands.last == .setPersistence(uuid: Self.uuid, on: true))
    }

    @Test func aToolThatCannotBeKilledIsNotAskedAgain() async {
        let stuck = DriverToolRun.stuck(StuckChild(pid: 7, wasKilled: false, stack: ["nvidia_ioctl"]), output: "")
        let tool = ToldTool([.finished(code: 0, output: ""), stuck])
        let run = await Self.run(tool, persistence: true)
        #expect(run.failure?.kind == "hung" && run.failure?.state == .needsReboot)
        #expect(run.failure?.reason.contains("nvidia_ioctl") == true)
        #expect(tool.commands.last == .reset(uuid: Self.uuid))
    }

    @Test(arguments: ["close_driver", "persistence_off", "look_for_clients", "reset"])
    func whatCannotBeRecordedIsNotDone(_ name: String) async {
        let tool = ToldTool([])
        let run = await Self.run(tool, persistence: true, Notes(unrecorded: [name]))
        #expect(run.failure?.kind == "not_recorded")
        #expect(!tool.commands.contains(.reset(uuid: Self.uuid)))
    }

    @Test func withoutATool() async {
        #expect(await Self.run(nil).failure?.kind == "tool_not_found")
    }

    @Test(
        arguments: [
            (2, "bad_argument"), (3, "not_supported"), (4, "no_permission"), (6, "not_found"), (8, "power"),
            (9, "driver_not_loaded"), (10, "interrupts"), (12, "library_not_found"), (13, "symbol_missing"),
            (14, "inforom"), (18, "version_mismatch"), (15, "gpu_lost"), (255, "tool_failed"), (77, "tool_failed"),
        ] as [(Int32, String)])
    func everyExitCodeHasItsMeaning(_ code: Int32, _ kind: String) async {
        let run = await Self.run(ToldTool([.finished(code: code, output: "some words")]))
        #expect(run.failure?.kind == kind)
        #expect(run.failure?.reason.contains("exit code \(code)") == true)
        #expect(run.failure?.reason.contains("some words") == true)
        #expect(run.failure?.remedy.isEmpty == false)
    }

    @Test(arguments: [0, 1, 255] as [Int32]) func theWordsGoBeforeTheCode(_ code: Int32) async {
        let output = "The following GPUs could not be reset: GPU 00000000:3B:00.0: In use by another client"
        let run = await Self.run(ToldTool([.finished(code: code, output: output)]))
        #expect(run.failure?.kind == "in_use" && run.failure?.state == .untouched)
    }
}

/// The real way to nvidia-smi, with scripts in its place.
@Suite struct NvidiaSMITests {
    static func run(
        _ body: String, _ command: DriverToolCommand = .reset(uuid: DriverResetTests.uuid), limit: Duration? = nil
    ) async throws -> DriverToolRun {
        let folder = try Folder()
        folder.script("/usr/bin/nvidia-smi", body)
        return try await onLoop { loop in
            guard let tool = NvidiaSMI.find(roots: [folder.path], entering: false, loop: loop, limit: limit) else {
                return .notStarted(errno: -1)
            }
            return await tool.run(command)
        }
    }

    @Test func getsItsArgumentsAndNothingElse() async throws {
        let run = try await Self.run("echo \"$*\"; read line; echo \"in:$line\"; env | sort >&2")
        let expected = "--gpu-reset -i \(DriverResetTests.uuid) in: LC_ALL=C PATH="
        guard case .finished(0, let output) = run else { return #expect(Bool(false), "\(run)") }
        #expect(output.hasPrefix(expected), "\(output)")
        #expect(!output.contains("HOME="))
    }

    @Test(arguments: [0, 2, 3, 4, 6, 8, 9, 10, 12, 13, 14, 15, 255] as [Int32])
    func givesItsExitCode(_ code: Int32) async throws {
        #expect(try await Self.run("echo said; exit \(code)") == .finished(code: code, output: "said"))
    }

    @Test func aHangIsEndedWithAllItsChildren() async throws {
        let folder = try Folder()
        let mark = folder.path + "/pid"
        let run = try await Self.run(
            "echo begun; sleep 1000 & echo $! > \(mark); wait", limit: .seconds(3))
        guard case .stuck(let child, let output) = run else { return #expect(Bool(false), "\(run)") }
        #expect(child.wasKilled && output == "begun")
        let sleeper = try #require(Int32(folder.text("/pid").dropLast()))
        // Its parent is gone too: whoever adopts it collects it in its own time, so a zombie is as good as gone.
        var state = ""
        for _ in 0..<200 {
            state = Self.state(sleeper)
            if state.isEmpty || state == "Z" { break }
            usleep(10_000)
        }
        #expect(state.isEmpty || state == "Z")
    }

    private static func state(_ pid: Int32) -> String {
        guard let file = fopen("/proc/\(pid)/stat", "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self).split(separator: ")").last?
            .split(separator: " ").first.map(String.init) ?? ""
    }

    @Test func muchOutputDoesNotMakeItWait() async throws {
        guard case .finished(3, let output) = try await Self.run("yes line | head -c 400000; exit 3") else {
            return #expect(Bool(false))
        }
        #expect(output.utf8.count <= 512 && output.hasPrefix("line line"))
    }

    @Test func aSignalIsTold() async throws {
        #expect(try await Self.run("kill -SEGV $$") == .killed(signal: SIGSEGV, output: ""))
    }

    @Test func whatCannotBeStarted() async throws {
        let folder = try Folder()
        let (missing, broken) = try await onLoop { loop in
            let missing = await NvidiaSMI(root: folder.path, path: "/usr/bin/nvidia-smi", loop: loop)
                .run(.reset(uuid: "x"))
            folder.program("/usr/bin/nvidia-smi", "#!/no/such/shell\n")
            return (
                missing,
                await NvidiaSMI(root: "/", path: folder.path + "/usr/bin/nvidia-smi", loop: loop).run(.reset(uuid: "x"))
            )
        }
        // Without the rights of root the root cannot even be entered.
        #expect(missing == .notStarted(errno: geteuid() == 0 ? ENOENT : EPERM))
        #expect(broken == .notStarted(errno: ENOENT))
    }

    @Test(.enabled(if: geteuid() == 0)) func runsInsideTheDriversRoot() async throws {
        let folder = try Folder()
        for file in ["/bin/sh"] + Self.libraries(of: "/bin/sh") { Self.copy(file, into: folder) }
        folder.put("/mark", .text("inside"))
        folder.put("/dev/null", .text(""))
        folder.script("/usr/bin/nvidia-smi", "read line < /mark; echo \"$line $PWD\"")
        let run = try await onLoop { loop in
            await NvidiaSMI.find(roots: ["/no/such/root", folder.path], loop: loop)?.run(.reset(uuid: "x"))
        }
        #expect(run == .finished(code: 0, output: "inside /"))
    }

    private static func libraries(of program: String) -> [String] {
        guard let pipe = popen("ldd \(program)", "r") else { return [] }
        defer { pclose(pipe) }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = fread(&bytes, 1, bytes.count, pipe)
        return String(decoding: bytes[..<count], as: UTF8.self).split { $0 == " " || $0 == "\n" || $0 == "\t" }
            .filter { $0.hasPrefix("/") }.map(String.init)
    }

    private static func copy(_ file: String, into folder: Folder) {
        folder.put(file, nil)
        _ = system("cp \(file) \(folder.path)\(file)")
        chmod(folder.path + file, 0o755)
    }

    @Test func isNotFoundWhereItIsNot() async throws {
        let folder = try Folder(["/usr/bin/nvidia-smi": .text("not a program")])
        let found = try await onLoop { loop in NvidiaSMI.find(roots: ["/no/such/root", folder.path], loop: loop) != nil
        }
        #expect(!found)
    }
}
