internal import CUnix
internal import EventLoop
internal import ProbeProtocol
internal import Snapshots
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension Probe {
    /// Hands out one child's answers until it ends, is replaced or writes something else.
    func readAnswers(from descriptor: Int32, generation: UInt64) async {
        var buffer = [UInt8](repeating: 0, count: ProbeFrame.size * ProbeRegion.slotCount)
        var filled = 0
        // Once it is cancelled, the descriptor is closed, and its number may be that of the next child's.
        while (try? await loop.waitReadable(descriptor)) != nil, !Task.isCancelled {
            let count = buffer.withUnsafeMutableBytes { bytes in
                readBytes(descriptor, UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return await workerEnded(generation, cause: nil) }
            filled += count
            let whole = filled - filled % ProbeFrame.size
            guard handle(buffer, whole) else { return await workerEnded(generation, cause: .garbage) }
            if filled > whole { buffer.replaceSubrange(0..<filled - whole, with: Array(buffer[whole..<filled])) }
            filled -= whole
        }
    }

    /// After the answer that is about to be handed out: what started the agent is not needed again.
    private func releaseStartUp() {
        Task(executorPreference: loop) { csystem_release_start_up() }
    }

    /// Delivers whole frames; false if they are not what this child owes us.
    private func handle(_ bytes: [UInt8], _ count: Int) -> Bool {
        for start in stride(from: 0, to: count, by: ProbeFrame.size) {
            let header = bytes.withUnsafeBytes { bytes in
                ProbeFrame(UnsafeRawBufferPointer(rebasing: bytes[start..<start + ProbeFrame.size]))
            }
            guard let frame = header else { return false }
            let completions: [Completion]? = state.withLock { state in
                if state.isFirstAnswer { releaseStartUp() }
                guard let (request, outcome) = state.complete(frame) else { return nil }
                return [Completion(request, outcome)] + pump(&state)
            }
            guard let completions else { return false }
            for completion in completions { completion.deliver() }
        }
        return true
    }
}

/// read(2), under a name that ``Probe/read(_:)`` does not hide.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}
