#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a session tells the process that holds its pod open.
package enum HolderMessage: UInt8, Sendable {
    /// A further session is about to begin.
    case enter = 0x65
    /// A session has ended.
    case leave = 0x6C
    /// A session begins something that must not be broken off.
    case busy = 0x62
    /// That has come to its end.
    case done = 0x64
}

/// What the holder answers.
package enum HolderReply: UInt8, Sendable {
    /// The pod stays open.
    case open = 0x6F
    /// That was the last one: the pod closes.
    case closed = 0x63
}

/// Why the holder could not be asked.
package struct HolderDoorError: Error, Sendable, CustomStringConvertible {
    /// What failed.
    package let description: String
    /// True where there is a holder and it does not answer any more: the pod is closing.
    package var isSilent = false
}

/// A local socket by which a process in the pod reaches the holder.
///
/// It has a name in the pod's own network namespace and none in the file system, so it needs no writable directory and
/// vanishes with the pod (unix(7), abstract addresses). Other systems have no such thing; there is no pod there either.
package struct HolderDoor: ~Copyable {
    /// Readable when somebody knocks; negative if the door could not be opened.
    package let descriptor: Int32

    /// Opens the door, unless another holder has the name already.
    ///
    /// Without a door nobody can announce a session or take leave; sessions are still noticed by their processes.
    package init() {
        guard let socket = try? Self.makeSocket() else {
            descriptor = -1
            return
        }
        guard Self.withAddress({ bind(socket, $0, $1) }) == 0, listen(socket, 16) == 0 else {
            close(socket)
            descriptor = -1
            return
        }
        _ = fcntl(socket, F_SETFL, O_NONBLOCK)
        descriptor = socket
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Answers everybody who waits at this moment.
    package func answer(_ reply: (HolderMessage) -> HolderReply) {
        while true {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { return }
            defer { close(connection) }
            Self.limitWaiting(connection)
            var byte: UInt8 = 0
            guard recv(connection, &byte, 1, 0) == 1, let message = HolderMessage(rawValue: byte) else { continue }
            byte = reply(message).rawValue
            _ = send(connection, &byte, 1, Self.noSignal)
        }
    }

    /// Tells the holder of this pod something and returns its answer.
    ///
    /// A pod counts as running from the moment its first process exists, which may not have opened its door by then: for
    /// a second it is tried again.
    /// - Parameter attempts: how often, every 50 ms; 1 from a session, whose holder is there if there is one.
    package static func tell(_ message: HolderMessage, attempts: Int = 20) throws(HolderDoorError) -> HolderReply {
        let socket = try makeSocket()
        defer { close(socket) }
        limitWaiting(socket)
        var attempts = attempts
        while withAddress({ connect(socket, $0, $1) }) != 0 {
            attempts -= 1
            if attempts > 0 && errno == ECONNREFUSED {
                usleep(50_000)
                continue
            }
            throw HolderDoorError(
                description:
                    "there is no holder in this pod (\(String(cString: strerror(errno)))); run this where hold runs")
        }
        var byte = message.rawValue
        guard send(socket, &byte, 1, noSignal) == 1, recv(socket, &byte, 1, 0) == 1,
            let reply = HolderReply(rawValue: byte)
        else { throw HolderDoorError(description: "the holder of this pod does not answer", isSilent: true) }
        return reply
    }

    private static func makeSocket() throws(HolderDoorError) -> Int32 {
        #if os(Linux)
            let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard socket >= 0 else {
                throw HolderDoorError(description: "cannot make a socket: \(String(cString: strerror(errno)))")
            }
            return socket
        #else
            throw HolderDoorError(description: "hold works in a pod on Linux only")
        #endif
    }

    /// The door is opened by one process of ours and used by another: neither may hang on the other.
    private static func limitWaiting(_ socket: Int32) {
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    private static func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array("\0k8s-mcp-agent.holder".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let pathOffset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(pathOffset + name.count)) }
        }
    }

    private static var noSignal: Int32 {
        #if os(Linux)
            Int32(MSG_NOSIGNAL)
        #else
            0
        #endif
    }
}
