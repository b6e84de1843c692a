internal import HTTPTypes

/// Decides who may talk to the server at all, in the order that the protocol asks for: Host, Origin, token.
struct Gatekeeper: Sendable {
    private let isLoopback: Bool
    private let allowedHosts: Set<String>
    private let allowedOrigins: Set<String>
    private let token: BearerToken?

    init(_ configuration: HTTPConfiguration) {
        isLoopback = configuration.isLoopback
        allowedHosts = Set(configuration.allowedHosts.map { $0.lowercased() })
        allowedOrigins = Set(configuration.allowedOrigins.map { $0.lowercased() })
        token = configuration.tokenFile.map { BearerToken(file: $0) }
    }

    func check(_ request: HTTPRequest, needsToken: Bool) throws(Refusal) {
        guard allowsHost(request.authority) else {
            throw Refusal(.forbidden, "this Host is not served here")
        }
        for origin in request.headerFields[values: .origin] where !allowsOrigin(origin) {
            throw Refusal(.forbidden, "this Origin may not talk to this server")
        }
        guard needsToken, let token else { return }
        let sent = request.headerFields[values: .authorization]
        guard sent.count == 1, let value = sent.first, token.accepts(value) else {
            throw Refusal(.unauthorized, "a valid bearer token is needed", headers: [.wwwAuthenticate: "Bearer"])
        }
    }

    /// A page on the internet can make its own name point here, but it cannot choose another name for `Host`.
    private func allowsHost(_ authority: String?) -> Bool {
        guard isLoopback || !allowedHosts.isEmpty else { return true }
        let host = Self.host(authority ?? "").lowercased()
        return allowedHosts.contains(host) || (isLoopback && LocalNames.contains(host))
    }

    private func allowsOrigin(_ origin: String) -> Bool {
        let origin = origin.lowercased()
        if allowedOrigins.contains(origin) { return true }
        guard isLoopback, let scheme = ["http://", "https://"].first(where: origin.hasPrefix) else { return false }
        return LocalNames.contains(Self.host(String(origin.dropFirst(scheme.count))))
    }

    /// The name or address in `name:port`; IPv6 addresses keep their brackets.
    private static func host(_ authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority[...end]) }
        return authority.utf8.firstIndex(of: UInt8(ascii: ":")).map { String(authority[..<$0]) } ?? authority
    }
}
