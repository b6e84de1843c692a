internal import ProbeProtocol

/// A resource whose contents can change while somebody listens.
enum WatchedResource: Hashable {
    case node
    case kernelLog
    case gpu(GPUSelector)
    /// Its numbers change all the time; news is only whether there are any.
    case telemetry(GPUSelector)

    /// Nil for documents that never change, and for what is no resource of this server.
    init?(_ uri: String) {
        if uri == ResourceURI.node {
            self = .node
        } else if uri == ResourceURI.kernelLog {
            self = .kernelLog
        } else {
            guard uri.hasPrefix(ResourceURI.gpus) else { return nil }
            let parts = uri.dropFirst(ResourceURI.gpus.count).split(separator: "/", omittingEmptySubsequences: false)
            guard let selector = parts.first.flatMap({ GPUSelector(String($0)) }) else { return nil }
            switch parts.dropFirst() {
            case []: self = .gpu(selector)
            case ["telemetry"]: self = .telemetry(selector)
            default: return nil
            }
        }
    }

    /// Whether its changes show only when the hardware is read.
    var needsReading: Bool { self != .kernelLog }
}
