import Foundation
import HTTPTypes
import MCP
import Testing

@testable import MCPHTTP

@Suite struct GatekeeperTests {
    private func isAllowed(
        _ configuration: HTTPConfiguration, host: String?, origin: String? = nil, token: String? = nil
    ) -> Bool {
        var request = HTTPRequest(method: .post, scheme: "http", authority: host, path: "/mcp")
        request.headerFields[.origin] = origin
        request.headerFields[.authorization] = token
        return (try? Gatekeeper(configuration).check(request, needsToken: true)) != nil
    }

    @Test(arguments: [
        "localhost", "LocalHost:80", "127.0.0.1:8080", "127.1.2.3", "127.255.255.255:1", "[::1]", "[::1]:8080",
    ])
    func loopbackServersKnowTheirNames(host: String) {
        #expect(isAllowed(HTTPConfiguration(port: 0), host: host))
    }

    @Test(arguments: [
        nil, "", "example.org", "127.0.0.1.example.org", "127.0.0", "127.0.0.256", "localhost.", "[::2]", "127.0.0.",
        "127..0.1", "127.0.0.+1", "127.0.0.1.1", "127.0.0.0001", "1127.0.0.1",
    ])
    func loopbackServersRefuseOtherNames(host: String?) {
        #expect(!isAllowed(HTTPConfiguration(port: 0), host: host))
    }

    @Test func namesCanBeAllowed() {
        var configuration = HTTPConfiguration(port: 0)
        configuration.allowedHosts = ["GPU.example"]
        configuration.allowedOrigins = ["https://app.example"]
        #expect(isAllowed(configuration, host: "gpu.example:80", origin: "https://app.example"))
        #expect(isAllowed(configuration, host: "localhost"))
        #expect(!isAllowed(configuration, host: "localhost", origin: "https://app.example:444"))
    }

    @Test func serversForOthersCheckNamesOnlyWhenToldTo() {
        var configuration = HTTPConfiguration(host: "0.0.0.0", port: 0)
        #expect(isAllowed(configuration, host: "10.0.0.1"))
        #expect(!isAllowed(configuration, host: "10.0.0.1", origin: "http://localhost"))
        configuration.allowedHosts = ["gpu.example"]
        #expect(!isAllowed(configuration, host: "10.0.0.1"))
        #expect(isAllowed(configuration, host: "gpu.example"))
    }

    @Test func aTokenThatCannotBeReadLetsNobodyIn() {
        var configuration = HTTPConfiguration(port: 0)
        configuration.tokenFile = "/nonexistent"
        #expect(!isAllowed(configuration, host: "localhost", token: "Bearer x"))
        #expect(!isAllowed(configuration, host: "localhost", token: "Bearer "))
    }

    @Test(arguments: ["", "\n\n"]) func anEmptyTokenLetsNobodyIn(text: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(!BearerToken(file: file.path).accepts("Bearer "))
        #expect(!BearerToken(file: file.path).accepts("Bearer \n"))
    }

    @Test(arguments: [("127.0.0.1", true), ("localhost", true), ("::1", true), ("0.0.0.0", false), ("10.0.0.1", false)])
    func knowsLoopbackAddresses(host: String, isLoopback: Bool) {
        #expect(HTTPConfiguration(host: host, port: 1).isLoopback == isLoopback)
    }
}
