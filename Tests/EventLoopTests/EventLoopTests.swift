import CUnix
import EventLoop
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

private func makePipe() -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    #expect(csystem_pipe(&ends) == 0)
    return (ends[0], ends[1])
}

@Suite struct EventLoopTests {
    @Test func tasksStayOnTheLoopsThreadAcrossSuspensions() async throws {
        let threads = try await onLoop { loop in
            var seen: Set<UInt> = [UInt(bitPattern: pthread_self().hashValue)]
            for _ in 0..<20 {
                await Task.yield()
                try? await loop.sleep(for: .microseconds(100))
                seen.insert(UInt(bitPattern: pthread_self().hashValue))
            }
            return seen.count
        }
        #expect(threads == 1)
    }

    @Test func shorterSleepsEndFirst() async throws {
        let order = try await onLoop { loop in
            await withTaskGroup(of: MonotonicTime.self) { group in
                for delay in [60, 20, 40] {
                    group.addTask {
                        let end = MonotonicTime.now + .milliseconds(delay)
                        try? await loop.sleep(for: .milliseconds(delay))
                        return end
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(order.count == 3 && order == order.sorted())
    }

    @Test func aDescriptorWakesItsReader() async throws {
        let ends = makePipe()
        defer { close(ends.read); close(ends.write) }
        let got = try await onLoop { loop in
            async let text: [UInt8] = {
                try? await loop.waitReadable(ends.read)
                var buffer = [UInt8](repeating: 0, count: 16)
                let count = read(ends.read, &buffer, 16)
                return Array(buffer.prefix(max(0, count)))
            }()
            try? await loop.sleep(for: .milliseconds(5))
            _ = write(ends.write, "hello", 5)
            return await text
        }
        #expect(got == Array("hello".utf8))
    }

    @Test func aClosedPeerWakesReaderAndWriter() async throws {
        let first = makePipe()
        let second = makePipe()
        close(first.write)
        close(second.read)
        defer { close(first.read); close(second.write) }
        let ended = try await onLoop { loop in
            do {
                try await loop.waitReadable(first.read)
                try await loop.waitWritable(second.write)
                return true
            } catch { return false }
        }
        #expect(ended)
    }

    @Test func cancellationEndsEveryKindOfWait() async throws {
        let ends = makePipe()
        defer { close(ends.read); close(ends.write) }
        let cancelled = try await onLoop { loop in
            let reading = Task(executorPreference: loop) { try await loop.waitReadable(ends.read) }
            let sleeping = Task(executorPreference: loop) { try await loop.sleep(for: .seconds(1_000)) }
            try? await loop.sleep(for: .milliseconds(5))
            reading.cancel()
            sleeping.cancel()
            var count = 0
            for task in [reading, sleeping] {
                if case .failure(let error) = await task.result, error is CancellationError { count += 1 }
            }
            return count
        }
        #expect(cancelled == 2)
    }

    @Test func aWaitInACancelledTaskEndsAtOnce() async throws {
        let ended = try await onLoop { loop in
            let task = Task(executorPreference: loop) {
                while !Task.isCancelled { await Task.yield() }
                do {
                    try await loop.sleep(for: .seconds(1_000))
                    return false
                } catch { return true }
            }
            task.cancel()
            return await task.value
        }
        #expect(ended)
    }

    @Test func workFromOtherThreadsIsNotLost() async throws {
        let total = try await onLoop { loop in
            await withTaskGroup(of: Int.self) { group in
                for _ in 0..<200 {
                    group.addTask(executorPreference: globalConcurrentExecutor) {
                        await Task(executorPreference: loop) {
                            try? await loop.sleep(for: .microseconds(10))
                            return 1
                        }.value
                    }
                }
                return await group.reduce(0, +)
            }
        }
        #expect(total == 200)
    }
}
