package import MCP

/// Which server an exchange is had with.
package enum ExchangeOffer: Sendable {
    case example(pageSize: Int?)
    case strict
    case full(pageSize: Int?)

    /// Nil for directions that say nothing of the server.
    package init?(_ words: [String]) {
        let number = words.last.flatMap { Int($0) }
        switch words.first {
        case "strict": self = .strict
        case "pages", "example": self = .example(pageSize: number)
        case "full": self = .full(pageSize: number)
        default: return nil
        }
    }

    /// The words that ``init(_:)`` reads.
    package var words: [String] {
        switch self {
        case .example(let pageSize): ["example"] + (pageSize.map { [String($0)] } ?? [])
        case .strict: ["strict"]
        case .full(let pageSize): ["full"] + (pageSize.map { [String($0)] } ?? [])
        }
    }

    package func server(_ held: HeldCalls) -> MCPServer {
        switch self {
        case .example(let pageSize): ExampleServer.make(pageSize: pageSize, held: held)
        case .strict: ExampleServer.make(held: held)
        case .full(let pageSize): FullServer.make(pageSize: pageSize)
        }
    }

    package var allowsBareRequests: Bool { if case .strict = self { false } else { true } }
}
