/// Where and for whom a server listens.
public struct HTTPConfiguration: Sendable {
    /// The address to listen on: a name, an IPv4 or an IPv6 address without brackets.
    public var host: String
    /// 0 lets the system choose.
    public var port: Int
    /// Further values of `Host`, without port, that are allowed; a server on a loopback address allows that address's names.
    public var allowedHosts: Set<String> = []
    /// Values of `Origin` that are allowed besides those of this machine, such as `https://example.org`.
    public var allowedOrigins: Set<String> = []
    /// A file whose one line clients must send as bearer token; read again when it changes. Nil asks for none.
    public var tokenFile: String?
    /// Serve TLS with this certificate.
    public var tls: TLSFiles?
    public var limits = HTTPLimits()

    public init(host: String = "127.0.0.1", port: Int) {
        self.host = host
        self.port = port
    }

    /// Whether only this machine can reach the server.
    public var isLoopback: Bool { LocalNames.contains(host) }
}

/// A certificate chain and its key, both PEM.
public struct TLSFiles: Sendable, Equatable {
    public let certificate: String
    public let key: String

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// What clients may ask of a server at most.
public struct HTTPLimits: Sendable {
    /// Bytes of a request's body.
    public var body = 4 << 20
    /// Bytes of a request's line and all its headers.
    public var headers = 32 << 10
    /// How many headers a request may have.
    public var headerFields = 100
    /// Connections at the same time; further ones wait to be accepted.
    public var connections = 2_048
    /// Calls that run at the same time.
    public var calls = 512
    /// Event streams that are open at the same time.
    public var streams = 1_024
    /// Sessions of clients that begin by `initialize`.
    public var sessions = 4_096
    /// How long a session may be idle before it ends.
    public var sessionIdle: Duration = .seconds(1_800)
    /// How long a client may take for its request's headers and for its body, and how long a connection may be idle.
    public var readTime: Duration = .seconds(60)
    /// How long a client may leave unread what is sent to it.
    public var writeTime: Duration = .seconds(30)
    /// Bytes that may wait for one client on one stream.
    public var pending = 8 << 20
    /// Bytes of events that a session keeps for a client that comes back; the oldest answers that have been sent whole are
    /// forgotten first, and the newest message of a stream is kept however long it is.
    public var history = 1 << 20
    /// How long the events of a stream that lost its connection are kept and added to, for a client that comes back.
    public var streamMemory: Duration = .seconds(60)
    /// How long a client may take to answer what a call asks it. One whose connection is gone has ``streamMemory``.
    public var answerTime: Duration = .seconds(3_600)
    /// How often a silent stream says that it lives.
    public var keepAlive: Duration = .seconds(15)
    /// How long calls may go on after the server was told to end.
    public var drain: Duration = .seconds(3)

    public init() {}
}

/// Names by which a machine calls itself.
enum LocalNames {
    static func contains(_ host: String) -> Bool {
        if isLoopbackIPv4(host.utf8) { return true }
        let host = host.lowercased()
        return host == "localhost" || host == "::1" || host == "[::1]"
    }

    /// `127.` and three more numbers up to 255, all in decimal digits.
    private static func isLoopbackIPv4(_ host: String.UTF8View) -> Bool {
        guard host.starts(with: "127.".utf8) else { return false }
        var (numbers, number, digits) = (1, 0, 0)
        for byte in host {
            switch byte {
            case UInt8(ascii: ".") where digits > 0: (numbers, number, digits) = (numbers + 1, 0, 0)
            case UInt8(ascii: "0")...UInt8(ascii: "9") where digits < 3:
                number = number * 10 + Int(byte - UInt8(ascii: "0"))
                digits += 1
                guard number <= 255 else { return false }
            default: return false
            }
        }
        return numbers == 4 && digits > 0
    }
}
