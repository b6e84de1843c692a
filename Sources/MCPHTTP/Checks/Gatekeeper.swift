internal import HTTPTypes
internal import NIOCore

/// Decides who may talk to the server at all, in the order that the protocol asks for: Host, Origin, token.
struct Gatekeeper: Sendable {
    private let isLoopback: Bool
    /// What the server listens on: a name or an address.
    private let ownHost: String
    private let allowedHosts: Set<String>
    private let allowedOrigins: Set<String>
    private let token: BearerToken?

    init(_ configuration: HTTPConfiguration, onNotice: @escaping @Sendable (String) -> Void = { _ in }) {
        ownHost = configuration.host.lowercased()
        isLoopback = configuration.isLoopback
        allowedHosts = Set(configuration.allowedHosts.map { $0.lowercased() })
        allowedOrigins = Set(configuration.allowedOrigins.map { $0.lowercased() })
        token = configuration.tokenFile.map { BearerToken(file: $0, onNotice: onNotice) }
    }

    /// - Parameters:
    ///   - isHealthCheck: whether it asks only whether the server lives and can work, which needs no token and, where other
    ///     machines ask, no particular name: those who look after a machine know it by its address.
    ///   - localAddress: where the connection has reached this machine.
    func check(
        _ request: HTTPRequest, isHealthCheck: Bool = false, at localAddress: @autoclosure () -> SocketAddress?
    ) throws(Refusal) {
        // A proxy in between may have believed the other one.
        guard !(HTTPField.Name.furtherHost.map { request.headerFields.contains($0) } ?? false) else {
            throw Refusal(.badRequest, "there must be one Host")
        }
        guard (isHealthCheck && !isLoopback) || allowsHost(request.authority, localAddress) else {
            throw Refusal(.forbidden, "this Host is not served here")
        }
        for origin in request.headerFields[values: .origin] where !allowsOrigin(origin) {
            throw Refusal(.forbidden, "this Origin may not talk to this server")
        }
        guard !isHealthCheck, let token else { return }
        let sent = request.headerFields[values: .authorization]
        guard sent.count == 1, let value = sent.first, token.accepts(value) else {
            throw Refusal(.unauthorized, "a valid bearer token is needed", headers: [.wwwAuthenticate: "Bearer"])
        }
    }

    /// A page on the internet can make its own name point here, but it cannot choose another name for `Host`.
    private func allowsHost(_ authority: String?, _ localAddress: () -> SocketAddress?) -> Bool {
        guard isLoopback || !allowedHosts.isEmpty else { return true }
        guard let host = Self.host(authority ?? "")?.lowercased() else { return false }
        if allowedHosts.contains(host) { return true }
        return isLoopback ? LocalNames.contains(host) : isOwn(host, localAddress())
    }

    /// Whether it is what the server listens on, or the address that the client has reached: no name that somebody else chose.
    private func isOwn(_ host: String, _ localAddress: SocketAddress?) -> Bool {
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if bare == ownHost { return true }
        guard let local = localAddress?.ipAddress,
            let named = try? SocketAddress(ipAddress: bare, port: 0).ipAddress
        else { return false }
        // A socket for both families knows an IPv4 address by its form in IPv6.
        return named == local || "::ffff:\(named)" == local
    }

    private func allowsOrigin(_ origin: String) -> Bool {
        let origin = origin.lowercased()
        if allowedOrigins.contains(origin) { return true }
        guard isLoopback, let scheme = ["http://", "https://"].first(where: origin.hasPrefix) else { return false }
        return Self.host(String(origin.dropFirst(scheme.count))).map(LocalNames.contains) ?? false
    }

    /// The name or address in `name:port`; IPv6 addresses keep their brackets. Nil where anything else follows, as the name
    /// does that a client goes to with `127.0.0.1:80@example.org`.
    private static func host(_ authority: String) -> String? {
        let bytes = authority.utf8
        let bracket = bytes.first == UInt8(ascii: "[") ? bytes.firstIndex(of: UInt8(ascii: "]")) : nil
        let end = bracket.map { bytes.index(after: $0) } ?? bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        return isPort(bytes[end...]) ? String(authority[..<end]) : nil
    }

    /// Whether it is nothing, or a colon and digits.
    private static func isPort(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first else { return true }
        return first == UInt8(ascii: ":")
            && text.dropFirst().allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }
}

extension HTTPField.Name {
    /// What remains among the headers where `Host` is there more than once: the first one is the request's authority.
    fileprivate static let furtherHost = HTTPField.Name("Host")
}
