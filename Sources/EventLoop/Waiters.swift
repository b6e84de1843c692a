#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What poll(2) said of one descriptor.
struct DescriptorEvent {
    let descriptor: Int32
    let canRead: Bool
    let canWrite: Bool
}

/// The tasks that wait for a descriptor.
struct Waiters: Sendable {
    struct Waiter: Sendable {
        let id: UInt64
        let descriptor: Int32
        let wantsWrite: Bool
        let continuation: WakeUpContinuation
    }

    private(set) var all: [Waiter] = []

    mutating func add(_ waiter: Waiter) { all.append(waiter) }

    mutating func take(id: UInt64) -> WakeUpContinuation? {
        guard let index = all.firstIndex(where: { $0.id == id }) else { return nil }
        return all.remove(at: index).continuation
    }

    mutating func take(_ ready: [DescriptorEvent]) -> [WakeUpContinuation] {
        guard !ready.isEmpty else { return [] }
        var taken: [WakeUpContinuation] = []
        all.removeAll { waiter in
            let isReady = ready.contains {
                $0.descriptor == waiter.descriptor && (waiter.wantsWrite ? $0.canWrite : $0.canRead)
            }
            if isReady { taken.append(waiter.continuation) }
            return isReady
        }
        return taken
    }
}

/// The poll(2) call and its buffers, kept from round to round.
struct Poller {
    private let wakeUp: Int32
    private var entries: [pollfd] = []
    private var ready: [DescriptorEvent] = []

    init(wakeUp: Int32) { self.wakeUp = wakeUp }

    /// True if the last wait was ended by another thread.
    var wokenUp: Bool { entries.first.map { $0.revents != 0 } ?? false }

    mutating func fill(_ waiters: Waiters) {
        entries.removeAll(keepingCapacity: true)
        entries.append(pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0))
        for waiter in waiters.all {
            let events = Int16(waiter.wantsWrite ? POLLOUT : POLLIN)
            entries.append(pollfd(fd: waiter.descriptor, events: events, revents: 0))
        }
    }

    mutating func wait(milliseconds: Int32) -> [DescriptorEvent] {
        ready.removeAll(keepingCapacity: true)
        guard poll(&entries, nfds_t(entries.count), milliseconds) > 0 else { return ready }
        for entry in entries.dropFirst() where entry.revents != 0 {
            // A hang-up, an error or a bad descriptor is for the caller's next read or write to see.
            let failed = Int32(entry.revents) & (POLLHUP | POLLERR | POLLNVAL) != 0
            let isRead = entry.events == Int16(POLLIN)
            ready.append(
                DescriptorEvent(
                    descriptor: entry.fd,
                    canRead: isRead && (failed || Int32(entry.revents) & POLLIN != 0),
                    canWrite: !isRead && (failed || Int32(entry.revents) & POLLOUT != 0)))
        }
        return ready
    }
}
