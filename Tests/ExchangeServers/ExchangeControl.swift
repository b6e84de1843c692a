package import MCP

/// What a test does to a server behind its client's back.
package protocol ExchangeControl: Sendable {
    /// Lets a held call go on.
    func release(_ number: Int) throws
    /// How many calls have been held.
    func heldCount() throws -> Int
    /// Something has changed: `tools`, `prompts`, `resources`, or `updated` and the URI of a resource.
    func notify(_ words: [String]) throws
    /// The resources that somebody listens to.
    func watched() throws -> Set<String>
}

/// Over a server in the same process.
package struct LocalControl: ExchangeControl {
    package let server: MCPServer
    private let held: HeldCalls

    package init(_ server: MCPServer, _ held: HeldCalls) {
        self.server = server
        self.held = held
    }

    package func release(_ number: Int) { held.release(number) }
    package func heldCount() -> Int { held.count }
    package func watched() -> Set<String> { server.watchedResources }

    package func notify(_ words: [String]) {
        switch (words.first, words.last) {
        case ("tools", _): server.notify(.toolsChanged)
        case ("prompts", _): server.notify(.promptsChanged)
        case ("resources", _): server.notify(.resourcesChanged)
        case ("updated", let uri?): server.notify(.resourceUpdated(uri: uri))
        default: break
        }
    }
}
