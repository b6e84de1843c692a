internal import ArgumentParser

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
            "Accept only clients that send the bearer token in this file, which is read again when it changes.",
            valueName: "file"))
    var httpTokenFile: String?

    @Option(help: ArgumentHelp("Serve TLS with this certificate chain (PEM).", valueName: "file"))
    var httpCertificate: String?

    @Option(help: ArgumentHelp("The key of the certificate (PEM).", valueName: "file"))
    var httpKey: String?

    @Option(
        help: ArgumentHelp(
            "Allow this value of the Host header, besides the address's own; others are then refused.",
            valueName: "name"))
    var httpAllowHost: [String] = []

    @Option(
        help: ArgumentHelp(
            "Let pages of this origin talk to the agent, where a proxy serves both under one name.", valueName: "origin"
        ))
    var httpAllowOrigin: [String] = []

    @Flag(help: "Serve other machines over HTTP without token and TLS: whoever reaches the port may use the agent.")
    var insecure = false

    func validate() throws {
        guard http == nil, let option = given.first else { return }
        throw ValidationError(
            "\(option) needs --http HOST:PORT: without it the agent serves on standard input and output.")
    }

    /// The options that are there besides `--http`.
    private var given: [String] {
        [
            ("--http-token-file", httpTokenFile != nil), ("--http-certificate", httpCertificate != nil),
            ("--http-key", httpKey != nil), ("--http-allow-host", !httpAllowHost.isEmpty),
            ("--http-allow-origin", !httpAllowOrigin.isEmpty), ("--insecure", insecure),
        ].compactMap { $0.1 ? $0.0 : nil }
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
