/// The environment variables that a printed client configuration repeats: where programs and files are, which account and
/// which way to the network; no keys, tokens or passwords, since the configuration is a file that people share.
package enum ClientVariables {
    private static let plain = [
        "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SDK_LOAD_CONFIG",
        "CLOUDSDK_ACTIVE_CONFIG_NAME", "CLOUDSDK_CORE_PROJECT", "USE_GKE_GCLOUD_AUTH_PLUGIN", "AAD_LOGIN_METHOD",
        "NO_PROXY", "no_proxy",
    ]
    private static let paths = [
        "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE", "CLOUDSDK_CONFIG", "AZURE_CONFIG_DIR",
        "GOOGLE_APPLICATION_CREDENTIALS", "KUBECACHEDIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
    ]
    private static let pathLists = ["PATH", "KUBECONFIG"]
    private static let proxies = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"]

    /// Those that are set, with paths as they are from any folder.
    ///
    /// - Parameters:
    ///   - value: what a variable is set to.
    ///   - absolute: makes a path independent of the folder.
    package static func passedOn(
        _ value: (String) -> String?, absolute: (String) -> String
    ) -> [(String, String)] {
        let lists = values(pathLists, value) { list in
            list.split(separator: ":").map { absolute(String($0)) }.joined(separator: ":")
        }
        // A name and a password stand before an @.
        let open = values(proxies, value) { $0.contains("@") ? "" : $0 }
        return lists + values(paths, value, absolute) + values(plain, value) { $0 } + open
    }

    private static func values(
        _ names: [String], _ value: (String) -> String?, _ change: (String) -> String
    ) -> [(String, String)] {
        names.compactMap { name in value(name).map { (name, change($0)) } }.filter { !$0.1.isEmpty }
    }
}
