/// Why a server cannot begin to serve: what failed, and what to do about it.
public enum HTTPServerError: Error, CustomStringConvertible {
    /// The token file, what is wrong with it, and what to do about that.
    case token(
        String, String, remedy: String = "write the token into it, on one line, and let the agent's user read it")
    /// The certificate's files, and what is wrong with them.
    case certificate(TLSFiles, String)
    /// The address, and why it cannot be listened on.
    case address(host: String, port: Int, String)

    public var description: String {
        switch self {
        case .token(let file, let why, remedy: let remedy):
            "the token file \(file) \(why); \(remedy)"
        case .certificate(let files, let why):
            "\(files.certificate) and \(files.key) are no certificate with its key (\(why)); name a certificate chain and its "
                + "unencrypted key, both PEM"
        case .address(let host, let port, let why):
            "cannot listen on port \(port) of \(host): \(why); choose an address of this machine (0.0.0.0 or :: for all of them) "
                + "and a port that is free (0 lets the system choose)"
        }
    }
}

extension HTTPConfiguration {
    /// Looks whether the files that it names can be used, which ``HTTPServer/run()`` and its requests rely on.
    ///
    /// - Throws: where one of them cannot.
    public func checkFiles() throws(HTTPServerError) {
        if let tokenFile {
            try BearerToken.checkKind(of: tokenFile)
            _ = try BearerToken.token(in: tokenFile)
        }
        if let tls { _ = try CertificateStore(tls) { _ in } }
    }
}
