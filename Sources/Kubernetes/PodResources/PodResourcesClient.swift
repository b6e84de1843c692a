package import HostNode
package import Snapshots

/// Asks the kubelet over its unix socket which devices each container was given.
///
/// One call on one connection, under a deadline, with an answer of bounded length: it cannot hang or fill the memory,
/// whatever listens there.
package struct PodResourcesClient {
    /// How long the kubelet may take.
    package static let deadlineMilliseconds: UInt32 = 1_000
    /// The longest answer, bytes; 250 pods with eight devices each make about 200 KiB.
    package static let messageLimit = 4 << 20
    static let method = "/v1.PodResourcesLister/List"

    private let files: any HostFiles
    private let milliseconds: UInt32

    package init(_ files: any HostFiles, deadlineMilliseconds: UInt32 = Self.deadlineMilliseconds) {
        self.files = files
        milliseconds = deadlineMilliseconds
    }

    /// What each container was given, with whether that could be learnt.
    ///
    /// - Parameter path: the socket; on a recorded node a regular file in its place holds the answer's message.
    package func list(_ path: String) -> (source: KubeletSource, allocations: [DeviceAllocation]) {
        do throws(PodResourcesFailure) {
            let message = try message(path)
            return (KubeletSource(.read, path: path), try Self.decode(message))
        } catch {
            return (KubeletSource(error.outcome, path: path, detail: error.detail), [])
        }
    }

    private static func decode(_ message: [UInt8]) throws(PodResourcesFailure) -> [DeviceAllocation] {
        do throws(ProtobufError) { return try PodResourcesList.decode(message) } catch {
            throw PodResourcesFailure(.failed, "its answer cannot be read: \(error.rawValue)")
        }
    }

    /// The encoded answer.
    package func message(_ path: String) throws(PodResourcesFailure) -> [UInt8] {
        do throws(HostFileError) {
            guard try files.status(path).kind == .socket else { return try files.read(path, limit: Self.messageLimit) }
        } catch {
            throw PodResourcesFailure(error)
        }
        return try call(connect(path))
    }

    private func connect(_ path: String) throws(PodResourcesFailure) -> HostSocket {
        do throws(HostFileError) { return try files.connect(path, milliseconds: milliseconds) } catch {
            throw PodResourcesFailure(error)
        }
    }

    private func call(_ socket: consuming HostSocket) throws(PodResourcesFailure) -> [UInt8] {
        var call = GRPCUnaryCall(path: Self.method, messageLimit: Self.messageLimit)
        try send(call.opening, socket)
        while true {
            let bytes = try receive(socket)
            guard !bytes.isEmpty else { throw PodResourcesFailure(GRPCError.closed) }
            let answer: [UInt8]
            do throws(GRPCError) { answer = try call.receive(bytes) } catch { throw PodResourcesFailure(error) }
            if let message = call.message { return message }
            try send(answer, socket)
        }
    }

    private func send(_ bytes: [UInt8], _ socket: borrowing HostSocket) throws(PodResourcesFailure) {
        do throws(HostSocketError) { try socket.send(bytes) } catch { throw failure(error) }
    }

    private func receive(_ socket: borrowing HostSocket) throws(PodResourcesFailure) -> [UInt8] {
        do throws(HostSocketError) { return try socket.receive() } catch { throw failure(error) }
    }

    private func failure(_ error: HostSocketError) -> PodResourcesFailure {
        switch error.cause {
        case .timedOut: PodResourcesFailure(.timedOut, "no answer within \(milliseconds) ms")
        case .system(let code): PodResourcesFailure(.failed, "the connection broke (errno \(code))")
        }
    }
}
