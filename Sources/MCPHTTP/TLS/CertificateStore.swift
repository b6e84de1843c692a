internal import NIOCore
internal import NIOSSL
import Synchronization

/// The certificate that new connections are shown. It is read again when one of its files has changed; files that do not
/// make a certificate leave the one that was there.
final class CertificateStore: Sendable {
    private struct Identity {
        let chain: [NIOSSLCertificateSource]
        let key: NIOSSLPrivateKeySource
    }

    private struct State {
        var version: [FileVersion?]
        var identity: Identity
    }

    private let files: TLSFiles
    private let state: Mutex<State>
    private let onNotice: @Sendable (String) -> Void

    /// - Throws: where the files do not make a certificate now.
    init(_ files: TLSFiles, onNotice: @escaping @Sendable (String) -> Void) throws {
        self.files = files
        self.onNotice = onNotice
        let version = Self.version(files)
        state = Mutex(State(version: version, identity: try Self.identity(files)))
    }

    /// What a server needs to know of TLS; it asks this store at every handshake.
    var configuration: TLSConfiguration {
        let identity = state.withLock { $0.identity }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: identity.chain, privateKey: identity.key)
        configuration.minimumTLSVersion = .tlsv12
        configuration.sslContextCallback = { _, promise in
            let identity = self.current()
            var override = NIOSSLContextConfigurationOverride()
            override.certificateChain = identity.chain
            override.privateKey = identity.key
            promise.succeed(override)
        }
        return configuration
    }

    private func current() -> Identity {
        let (identity, notice) = state.withLock { state -> (Identity, String?) in
            let version = Self.version(files)
            guard version != state.version else { return (state.identity, nil) }
            state.version = version
            do {
                state.identity = try Self.identity(files)
                return (state.identity, "the certificate in \(files.certificate) has changed; it is used from now on")
            } catch {
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
        let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map { NIOSSLCertificateSource.certificate($0) }
        guard !chain.isEmpty else { throw CertificateError.empty }
        let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))
        // Making a context is what compares the two.
        _ = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: key))
        return Identity(chain: chain, key: key)
    }
}

/// What is wrong with a certificate's file besides what the TLS library says.
enum CertificateError: Error, CustomStringConvertible {
    case empty

    var description: String { "the file holds no certificate" }
}
