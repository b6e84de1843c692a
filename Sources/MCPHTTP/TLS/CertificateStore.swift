internal import NIOCore
internal import NIOSSL
import Synchronization

/// The certificate that new connections are shown. It is read again when one of its files has changed; files that do not
/// make a certificate leave the one that was there.
final class CertificateStore: Sendable {
    private struct Identity {
        let chain: [NIOSSLCertificateSource]
        let key: NIOSSLPrivateKeySource

        var override: NIOSSLContextConfigurationOverride {
            var override = NIOSSLContextConfigurationOverride()
            override.certificateChain = chain
            override.privateKey = key
            return override
        }
    }

    private struct State {
        /// The version of the files that the certificate was read from.
        var version: [FileVersion?]
        var identity: Identity
        /// The version of the files of which it was told last that they make no certificate.
        var told: [FileVersion?]?
    }

    private let files: TLSFiles
    private let state: Mutex<State>
    private let onNotice: @Sendable (String) -> Void

    /// - Throws: where the files do not make a certificate now.
    init(_ files: TLSFiles, onNotice: @escaping @Sendable (String) -> Void) throws(HTTPServerError) {
        self.files = files
        self.onNotice = onNotice
        let version = Self.version(files)
        do {
            state = Mutex(State(version: version, identity: try Self.identity(files)))
        } catch {
            throw .certificate(files, "\(error)")
        }
    }

    /// What a server needs to know of TLS; it asks this store at every handshake.
    var configuration: TLSConfiguration {
        let identity = state.withLock { $0.identity }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: identity.chain, privateKey: identity.key)
        configuration.minimumTLSVersion = .tlsv12
        configuration.sslContextCallback = { _, promise in
            // Not at once: BoringSSL keeps errors per thread, and what is wrong with a file would end this handshake.
            promise.futureResult.eventLoop.execute { promise.succeed(self.current().override) }
        }
        return configuration
    }

    private func current() -> Identity {
        let (identity, notice) = state.withLock { state -> (Identity, String?) in
            let version = Self.version(files)
            guard version != state.version else { return (state.identity, nil) }
            do {
                state.identity = try Self.identity(files)
                state.version = version
                return (state.identity, "the certificate in \(files.certificate) has changed; it is used from now on")
            } catch {
                // They are tried anew at each handshake, since what is wrong need not show in their version: who may read them.
                guard version != state.told else { return (state.identity, nil) }
                state.told = version
                return (
                    state.identity,
                    "\(files.certificate) and \(files.key) have changed and are no certificate with its key any more "
                        + "(\(error)); the one from before stays in use, replace both files"
                )
            }
        }
        if let notice { onNotice(notice) }
        return identity
    }

    private static func version(_ files: TLSFiles) -> [FileVersion?] {
        [FileVersion(files.certificate), FileVersion(files.key)]
    }

    /// - Throws: where a file cannot be read, is no PEM, or the key is not that of the certificate.
    private static func identity(_ files: TLSFiles) throws -> Identity {
        for file in [files.certificate, files.key] { try checkReadable(file) }
        let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map { NIOSSLCertificateSource.certificate($0) }
        guard !chain.isEmpty else { throw CertificateError.empty }
        let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))
        // Making a context is what compares the two.
        _ = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: key))
        return Identity(chain: chain, key: key)
    }

    /// The TLS library does not say which file it could not read, nor why.
    private static func checkReadable(_ file: String) throws(CertificateError) {
        do throws(FileFault) { _ = try readFile(file, limit: 1 << 20) } catch { throw .unreadable(file, error) }
    }
}

/// What is wrong with a certificate's file besides what the TLS library says.
enum CertificateError: Error, CustomStringConvertible {
    case empty
    case unreadable(String, FileFault)

    var description: String {
        switch self {
        case .empty: "the file holds no certificate"
        case .unreadable(let file, let fault): "\(file) \(fault)"
        }
    }
}
