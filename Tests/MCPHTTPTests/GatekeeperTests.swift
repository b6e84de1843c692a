import Foundation
import HTTPTypes
import MCP
import NIOCore
import Synchronization
import Testing

@testable import MCPHTTP

@Suite struct GatekeeperTests {
    private func isAllowed(
        _ configuration: HTTPConfiguration, host: String?, origin: String? = nil, token: String? = nil
    ) -> Bool {
        var request = HTTPRequest(method: .post, scheme: "http", authority: host, path: "/mcp")
        request.headerFields[.origin] = origin
        request.headerFields[.authorization] = token
        return (try? Gatekeeper(configuration).check(request, at: nil)) != nil
    }

    @Test(arguments: [
        "localhost", "LocalHost:80", "127.0.0.1:8080", "127.1.2.3", "127.255.255.255:1", "[::1]", "[::1]:8080",
    ])
    func loopbackServersKnowTheirNames(host: String) {
        #expect(isAllowed(HTTPConfiguration(port: 0), host: host))
    }

    @Test(arguments: [
        nil, "", "example.org", "127.0.0.1.example.org", "127.0.0", "127.0.0.256", "localhost.", "[::2]", "127.0.0.",
        "127..0.1", "127.0.0.+1", "127.0.0.1.1", "127.0.0.0001", "1127.0.0.1", "[::1]x", "[::1]evil.example", "[::1",
        "[::1]]", "localhost:80x", "localhost:evil.example", "127.0.0.1:80@evil.example", "localhost:80:80",
        "user@localhost",
    ])
    func loopbackServersRefuseOtherNames(host: String?) {
        #expect(!isAllowed(HTTPConfiguration(port: 0), host: host))
    }

    @Test(arguments: [
        "http://127.0.0.1:80@evil.example", "http://localhost:x", "http://[::1]evil.example", "http://user@localhost",
        "http://localhost/", "file://localhost", "null",
    ])
    func pagesFromElsewhereMayNotTalk(origin: String) {
        #expect(!isAllowed(HTTPConfiguration(port: 0), host: "localhost", origin: origin))
    }

    @Test(arguments: ["http://localhost", "https://LOCALHOST:3000", "http://[::1]:1", "http://127.0.0.1"])
    func pagesOfThisMachineMayTalk(origin: String) {
        #expect(isAllowed(HTTPConfiguration(port: 0), host: "localhost", origin: origin))
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

    private func isAllowed(
        listeningOn own: String, host: String, at local: String? = nil, isHealthCheck: Bool = false
    ) throws -> Bool {
        var configuration = HTTPConfiguration(host: own, port: 0)
        configuration.allowedHosts = ["gpu.example"]
        let address = try local.map { try SocketAddress(ipAddress: $0, port: 8080) }
        let request = HTTPRequest(method: .get, scheme: "http", authority: host, path: "/")
        return (try? Gatekeeper(configuration).check(request, isHealthCheck: isHealthCheck, at: address)) != nil
    }

    @Test(
        arguments: [
            ("10.0.0.1", "10.0.0.1:8080", nil), ("GPU-7.local", "gpu-7.LOCAL", nil), ("::", "[fe80::1]", "fe80:0:0::1"),
            ("0.0.0.0", "10.0.0.1", "10.0.0.1"), ("::", "10.0.0.1:80", "::ffff:10.0.0.1"), ("::", "[::1]:80", "::1"),
        ] as [(String, String, String?)])
    func anAddressIsAllowedBesidesTheNames(own: String, host: String, local: String?) throws {
        #expect(try isAllowed(listeningOn: own, host: host, at: local))
        #expect(try isAllowed(listeningOn: own, host: "gpu.example", at: local))
    }

    @Test(
        arguments: [("10.0.0.1", "10.0.0.2", "10.0.0.1"), ("0.0.0.0", "evil.example", "10.0.0.1"), ("::", "", "::1")]
            as [(String, String, String?)])
    func otherNamesAreNot(own: String, host: String, local: String?) throws {
        #expect(try !isAllowed(listeningOn: own, host: host, at: local))
    }

    @Test func healthChecksMayUseAnyNameFromOtherMachinesOnly() throws {
        #expect(try isAllowed(listeningOn: "0.0.0.0", host: "node-7", at: "10.0.0.1", isHealthCheck: true))
        #expect(try !isAllowed(listeningOn: "127.0.0.1", host: "evil.example", at: "127.0.0.1", isHealthCheck: true))
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

    @Test(arguments: [
        ("secret", "Bearer secret", true), (" secret\r\n", "BEARER   secret ", true),
        ("secret", "Bearer sec ret", false),
        ("sec ret", "Bearer secret", false), ("sec\nret", "Bearer secret", false),
        ("secret", "Bearersecret", false),
    ])
    func spacesAroundATokenAreNoneInIt(text: String, header: String, isAccepted: Bool) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(BearerToken(file: file.path).accepts(header) == isAccepted)
    }

    /// Requests could not read a second time what it holds.
    @Test func aPipeIsNoTokenFile() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try #require(mkfifo(file.path, 0o600) == 0)
        defer { try? FileManager.default.removeItem(at: file) }
        var configuration = HTTPConfiguration(port: 0)
        configuration.tokenFile = file.path
        let refusal = #expect(throws: HTTPServerError.self) { try configuration.checkFiles() }
        #expect(refusal?.description.contains("is no regular file") == true)
        #expect(refusal?.description.contains("that stays where it is") == true)
    }

    /// Nobody writes to it, and opening it would wait for that.
    @Test func aPipeInThePlaceOfATokenFileIsNotWaitedFor() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("secret".utf8).write(to: file)
        let notices = Mutex<[String]>([])
        let token = BearerToken(file: file.path) { notice in notices.withLock { $0.append(notice) } }
        #expect(token.accepts("Bearer secret"))
        try FileManager.default.removeItem(at: file)
        try #require(mkfifo(file.path, 0o600) == 0)
        #expect(!token.accepts("Bearer secret"))
        let said = notices.withLock { $0 }
        #expect(said.count == 1 && said[0].contains("is no regular file"))
    }

    /// The reasons why a file cannot be read are not all seen in its times and its size.
    @Test func aTokenThatCanBeReadAgainLetsInAgain() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        func write(_ text: String) throws {
            if let handle = try? FileHandle(forWritingTo: file) {
                try handle.write(contentsOf: Data(text.utf8))
                try handle.close()
            } else {
                try Data(text.utf8).write(to: file)
            }
            let time = Date(timeIntervalSince1970: 1_000_000_000)
            try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file.path)
        }
        defer { try? FileManager.default.removeItem(at: file) }
        let notices = Mutex<[String]>([])
        let token = BearerToken(file: file.path) { notice in notices.withLock { $0.append(notice) } }
        try write("      ")
        #expect(!token.accepts("Bearer secret"))
        #expect(!token.accepts("Bearer secret"))
        try write("secret")
        #expect(token.accepts("Bearer secret"))
        try FileManager.default.removeItem(at: file)
        #expect(!token.accepts("Bearer secret"))
        let said = notices.withLock { $0 }
        try #require(said.count == 3)
        #expect(said[0].contains("is empty"))
        #expect(said[1].contains("can be read again"))
        #expect(said[2].contains("cannot be read (No such file or directory)"))
    }

    @Test(arguments: [("127.0.0.1", true), ("localhost", true), ("::1", true), ("0.0.0.0", false), ("10.0.0.1", false)])
    func knowsLoopbackAddresses(host: String, isLoopback: Bool) {
        #expect(HTTPConfiguration(host: host, port: 1).isLoopback == isLoopback)
    }
}
