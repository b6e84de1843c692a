internal import MCP
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
            if let selector = Self.selector(uri, GPUResource.uriTemplate) {
                self = .gpu(selector)
            } else if let selector = Self.selector(uri, GPUTelemetryResource.uriTemplate) {
                self = .telemetry(selector)
            } else {
                return nil
            }
        }
    }

    /// The GPU that a URI of this pattern names; escapes stand for what they spell, as where it is read.
    private static func selector(_ uri: String, _ template: String) -> GPUSelector? {
        URITemplate(template).match(uri)?[GPUVariable.name].flatMap(GPUSelector.init)
    }

    /// Whether its changes show only when the hardware is read.
    var needsReading: Bool { self != .kernelLog }
}
