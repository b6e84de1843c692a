internal import ArgumentParser
internal import EventLoop
internal import MCP
internal import MCPHTTP
internal import ServiceLifecycle
internal import UnixSignals

/// A server whose tools, resources and prompts have the names and contents that MCP's public conformance suite expects.
@main
struct ConformanceServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp-conformance-server",
        abstract: "Serves the fixture of MCP's conformance suite over HTTP at /mcp, or on standard input and output.")

    @Option(help: "Port on 127.0.0.1; 0 lets the system choose. The address is printed once it is open.")
    var port: Int?

    @Option(help: "Items on one page of a list; all without it.")
    var pageSize: Int?

    @Option(help: ArgumentHelp("Ask clients for the bearer token in this file.", valueName: "path"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Serve TLS with this PEM certificate.", valueName: "path"))
    var certificate: String?

    @Option(help: ArgumentHelp("The certificate's PEM key.", valueName: "path"))
    var key: String?

    func run() async throws {
        let server = Fixture.server(pageSize: pageSize)
        guard let port else { return try await serveStandardStreams(server) }
        var configuration = HTTPConfiguration(port: port)
        configuration.tokenFile = tokenFile
        if let certificate, let key { configuration.tls = TLSFiles(certificate: certificate, key: key) }
        let scheme = configuration.tls == nil ? "http" : "https"
        let http = HTTPServer(server, configuration: configuration) { port in
            print("\(scheme)://127.0.0.1:\(port)/mcp")
            Output.flush()
        } onNotice: {
            Output.notice($0)
        }
        var group = ServiceGroupConfiguration(
            services: [http], gracefulShutdownSignals: [.sigterm, .sigint], logger: Output.silent)
        group.maximumGracefulShutdownDuration = .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }

    private func serveStandardStreams(_ server: MCPServer) async throws {
        let loop = try EventLoop()
        Output.ignoreLostReaders()
        let transport = StdioServer(server, loop: loop)
        Task(executorPreference: loop) {
            _ = await transport.run()
            loop.stop()
        }
        await withCheckedContinuation { done in
            Output.onThread {
                loop.run()
                done.resume()
            }
        }
    }
}
