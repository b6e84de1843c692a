#if HTTP
    internal import ArgumentParser
    internal import MCPHTTP

    extension HTTPOptions {
        /// Where to listen; nil for standard input and output.
        func configuration() throws -> HTTPConfiguration? {
            guard let http else { return nil }
            guard let address = HTTPAddress(http) else {
                throw ValidationError("--http \(http): expected HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080.")
            }
            guard (httpCertificate == nil) == (httpKey == nil) else {
                throw ValidationError("--http-certificate and --http-key go together.")
            }
            var configuration = HTTPConfiguration(host: address.host, port: address.port)
            configuration.tokenFile = httpTokenFile
            configuration.allowedHosts = Set(httpAllowHost)
            configuration.allowedOrigins = Set(httpAllowOrigin)
            if let httpCertificate, let httpKey {
                configuration.tls = TLSFiles(certificate: httpCertificate, key: httpKey)
            }
            guard configuration.isLoopback || configuration.tokenFile != nil || configuration.tls != nil || insecure
            else {
                throw ValidationError(
                    "--http \(http) can be reached from other machines; add --http-token-file or --http-certificate, or "
                        + "--insecure if that is meant.")
            }
            do throws(HTTPServerError) { try configuration.checkFiles() } catch { throw Self.refusal(error) }
            return configuration
        }

        private static func refusal(_ error: HTTPServerError) -> ValidationError {
            switch error {
            case .token: ValidationError("--http-token-file: \(error).")
            case .certificate: ValidationError("--http-certificate, --http-key: \(error).")
            case .address: ValidationError("--http: \(error).")
            }
        }
    }
#endif
