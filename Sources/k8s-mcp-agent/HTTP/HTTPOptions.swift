internal import ArgumentParser
internal import MCPHTTP

/// The options of `serve` that have to do with HTTP.
struct HTTPOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Serve over HTTP at /mcp instead, for example on 127.0.0.1:8080. An address that other machines can reach needs \
            --http-token-file, --http-certificate or --insecure.
            """, valueName: "host:port"))
    var http: String?

    @Option(
        help: ArgumentHelp(
            "Let in only clients that send the bearer token in this file, which is read again when it changes.",
            valueName: "file"))
    var httpTokenFile: String?

    @Option(help: ArgumentHelp("Serve TLS with this certificate chain (PEM).", valueName: "file"))
    var httpCertificate: String?

    @Option(help: ArgumentHelp("The key of the certificate (PEM).", valueName: "file"))
    var httpKey: String?

    @Option(help: ArgumentHelp("Allow this value of the Host header, besides the address's own.", valueName: "name"))
    var httpAllowHost: [String] = []

    @Option(help: ArgumentHelp("Let pages of this origin talk to the agent.", valueName: "origin"))
    var httpAllowOrigin: [String] = []

    @Flag(help: "Serve other machines over HTTP without token and TLS: whoever reaches the port may use the agent.")
    var insecure = false

    func validate() throws {
        guard let address = http else { return }
        guard let parsed = HTTPAddress(address) else {
            throw ValidationError("--http \(address): expected HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080.")
        }
        guard (httpCertificate == nil) == (httpKey == nil) else {
            throw ValidationError("--http-certificate and --http-key go together.")
        }
        let isOpen = httpTokenFile == nil && httpCertificate == nil && !insecure
        if isOpen, !HTTPConfiguration(host: parsed.host, port: parsed.port).isLoopback {
            throw ValidationError(
                "--http \(address) can be reached from other machines; add --http-token-file or --http-certificate, or "
                    + "--insecure if that is meant.")
        }
    }

    /// Where to listen; nil for standard input and output.
    var configuration: HTTPConfiguration? {
        guard let address = http.flatMap(HTTPAddress.init) else { return nil }
        var configuration = HTTPConfiguration(host: address.host, port: address.port)
        configuration.tokenFile = httpTokenFile
        configuration.allowedHosts = Set(httpAllowHost)
        configuration.allowedOrigins = Set(httpAllowOrigin)
        if let httpCertificate, let httpKey {
            configuration.tls = TLSFiles(certificate: httpCertificate, key: httpKey)
        }
        return configuration
    }
}

/// An address to listen on, taken apart.
struct HTTPAddress: Equatable {
    let host: String
    let port: Int

    /// - Parameter text: `host:port`, with brackets around an IPv6 address.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.host = host
        self.port = Int(port)
    }
}
