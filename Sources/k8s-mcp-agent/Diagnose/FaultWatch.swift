internal import EventLoop
internal import HostNode
internal import MCP
internal import Tools

/// `diagnose --watch`: GPU faults of the kernel log, one line each, as they happen; and the verdict, when it changes.
enum FaultWatch {
    static func run(_ options: AgentOptions, _ output: DiagnoseCommand.Output) throws {
        try LoopRunner.run { loop in
            let context = try options.context(on: loop)
            let signal = EndSignal(on: loop)
            let code = await withTaskGroup(of: Int32?.self) { group in
                group.addTask(executorPreference: loop) {
                    await FaultFollower(options, context, output).run()
                }
                group.addTask(executorPreference: loop) {
                    await signal.wait()
                    return nil
                }
                let first = await group.next() ?? nil
                group.cancelAll()
                // A reading that is under way is answered by this at once, so that Ctrl-C need not wait for a driver.
                await context.shutDown()
                return await group.next().flatMap(\.self) ?? first
            }
            signal.close()
            return code ?? DiagnoseExit.unknown
        }
    }
}

/// Prints what the kernel log says from now on.
private struct FaultFollower {
    private let options: AgentOptions
    private let loop: EventLoop
    private let printer: WatchPrinter
    private let verdicts: VerdictReader

    /// How often a log is looked at that is a file, since nobody announces its growth.
    private static let fileInterval: Duration = .milliseconds(300)
    /// Faults come in bursts: one judgement for all of them, and not more than one in this time.
    private static let betweenVerdicts: Duration = .seconds(1)
    /// Heat, a driver that hangs and ECC counts write no line: the node is judged at least so often.
    private static let verdictInterval: Duration = .seconds(5)

    init(_ options: AgentOptions, _ context: ToolContext, _ output: DiagnoseCommand.Output) {
        self.options = options
        loop = context.loop
        printer = WatchPrinter(output)
        verdicts = VerdictReader(context)
    }

    /// The exit code of the last verdict; returns when its task is cancelled, or nobody reads any more.
    func run() async -> Int32 {
        do throws(HostFileError) {
            guard var log = try KernelLogFollower.open(options.configuration) else {
                printer.say("A simulated node's log does not grow; add --kernel-log FILE to follow a file.")
                return DiagnoseExit.unknown
            }
            return try await follow(&log)
        } catch {
            printer.say("The kernel log cannot be followed: \(error).")
            return DiagnoseExit.unknown
        }
    }

    private func follow(_ log: inout KernelLogFollower) async throws(HostFileError) -> Int32 {
        var lines = printer.lines
        // What is there already is read for the names of GPUs that it holds, and not printed.
        try log.skipToEnd { lines.learn($0) }
        printer.say("Following the kernel log; Ctrl-C ends it.")
        var verdict = await verdicts.read()
        if let verdict, !printer.write([printer.line(verdict)]) { return Self.exitCode(verdict) }
        var judgedAt = MonotonicTime.now
        while await waitForNews(log.descriptor, until: judgedAt + Self.verdictInterval) {
            let lostBefore = log.lostCount
            var texts: [String] = []
            try log.readNew { texts += lines.lines($0) }
            if log.lostCount > lostBefore {
                printer.say("\(log.lostCount - lostBefore) records were overwritten before they could be read.")
            }
            guard printer.write(texts) else { break }
            guard !texts.isEmpty || MonotonicTime.now >= judgedAt + Self.verdictInterval else { continue }
            // One that was cut off by the end is none.
            guard let new = await verdicts.read(), !Task.isCancelled else { break }
            let isNews = new.differs(from: verdict)
            verdict = new
            judgedAt = .now
            if isNews, !printer.write([printer.line(new)]) { break }
            _ = try? await loop.sleep(for: Self.betweenVerdicts)
        }
        return Self.exitCode(verdict)
    }

    private static func exitCode(_ verdict: WatchedVerdict?) -> Int32 { DiagnoseExit.code(verdict?.verdict) }

    /// Returns when there may be new records, or at `time` at the latest. False when the task has been cancelled.
    private func waitForNews(_ descriptor: Int32?, until time: MonotonicTime) async -> Bool {
        if let descriptor {
            await wait(readable: descriptor, until: time)
        } else {
            _ = try? await loop.sleep(for: Self.fileInterval)
        }
        return !Task.isCancelled
    }

    private func wait(readable descriptor: Int32, until time: MonotonicTime) async {
        let loop = loop
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loop) { _ = try? await loop.waitReadable(descriptor) }
            group.addTask(executorPreference: loop) { _ = try? await loop.sleep(for: time.duration(since: .now)) }
            await group.next()
            group.cancelAll()
        }
    }
}
