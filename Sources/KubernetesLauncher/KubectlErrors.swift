/// Turns what kubectl and the API server say on standard error into a failure with a remedy.
///
/// kubectl has no error codes: its exit code is 1 for nearly everything, so the text is all there is. The patterns are
/// fixed strings of kubectl and the API server; what matches none is passed on as it is.
package enum KubectlErrors {
    /// The failure that `text` tells of.
    package static func failure(_ text: String) -> LaunchFailure {
        let text = essence(text)
        // What kubectl says of a kubeconfig that is not there.
        if text.hasPrefix("stat "), text.contains("no such file") { return .badKubeconfig(text) }
        return denial(text) ?? table.first { $0.matches(text) }?.failure(text) ?? .kubectl(text)
    }

    /// True if the object to be created is there already.
    package static func isAlreadyThere(_ text: String) -> Bool { text.contains("(AlreadyExists)") }

    /// True if the object asked for is not there.
    package static func isNotFound(_ text: String) -> Bool { text.contains("(NotFound)") }

    /// The reason why a controller could not create a pod, in the message of its event.
    package static func creationFailure(_ message: String) -> LaunchFailure {
        let reason = message.split(after: "Error creating: ") ?? message
        switch failure(reason) {
        case .kubectl: return .admission(reason)
        case let known: return known
        }
    }

    private struct Pattern: Sendable {
        let parts: [String]
        let failure: @Sendable (String) -> LaunchFailure

        func matches(_ text: String) -> Bool { parts.contains { text.contains($0) } }
    }

    /// The first match counts, so what is more special comes first.
    private static let table: [Pattern] = [
        Pattern(parts: ["violates PodSecurity"]) { .podSecurity($0.split(after: "violates PodSecurity ") ?? $0) },
        Pattern(parts: ["exceeded quota", "failed quota"]) { .quota($0.split(after: "is forbidden: ") ?? $0) },
        Pattern(parts: ["ValidatingAdmissionPolicy", "denied the request", "denied request"]) {
            .admission($0.split(after: "is forbidden: ") ?? $0)
        },
        // What follows tells of the webhook's own connection and certificate, not of the cluster's.
        Pattern(parts: ["failed calling webhook", "failed to call webhook"]) {
            .admission($0.split(after: "Internal error occurred: ") ?? $0)
        },
        Pattern(parts: [
            "container not found", "pod does not exist", "cannot exec into a container in a completed pod",
        ]) { .sessionLost($0) },
        // The same between API server and kubelet.
        Pattern(parts: ["error dialing backend", "unable to upgrade connection", ":10250/"]) {
            .kubeletUnreachable($0)
        },
        Pattern(parts: ["unknown shorthand flag", "unknown flag", "unknown command \"debug\"", "unknown profile"]) {
            .kubectlTooOld($0)
        },
        Pattern(parts: [
            "context was not found", "[::1]:8080", "localhost:8080", "127.0.0.1:8080",
            "no configuration has been provided", "no context exists", "does not exist in the kubeconfig",
            "invalid configuration",
            "error loading config file", "context \"",
        ]) { .badKubeconfig($0) },
        Pattern(parts: ["x509:", "tls: failed to verify"]) { .notTrusted($0) },
        Pattern(parts: ["You must be logged in", "(Unauthorized)", "Unauthorized", "getting credentials"]) {
            .notLoggedIn($0)
        },
        Pattern(parts: [
            "was refused", "connection refused", "Unable to connect to the server",
            "couldn't get current server API group list",
            "no such host", "i/o timeout", "TLS handshake timeout", "context deadline exceeded",
            "Client.Timeout exceeded", "the server is currently unable", "network is unreachable", "no route to host",
        ]) { .noCluster($0) },
        Pattern(parts: ["namespaces \""]) { .noNamespace($0.quoted(after: "namespaces ") ?? $0) },
        Pattern(parts: [
            "error reading from error stream", "unexpected EOF", "lost connection", "connection reset by peer",
            "websocket: close", "broken pipe", "use of closed network connection",
        ]) { .sessionLost($0) },
    ]

    /// `User "u" cannot create resource "jobs" in API group "batch" in the namespace "n"`, as RBAC says it.
    private static func denial(_ text: String) -> LaunchFailure? {
        guard text.contains(" cannot "), text.contains(" resource \""),
            let verb = text.split(after: " cannot ")?.prefix(while: { $0 != " " }),
            let resource = text.quoted(after: " resource ")
        else { return nil }
        return .forbidden(
            DeniedRight(
                verb: String(verb), resource: resource, group: text.quoted(after: "API group ") ?? "",
                namespace: text.quoted(after: "in the namespace "), user: text.quoted(after: "User ") ?? "the user"))
    }

    /// One line of bounded length without warnings and kubectl's own prefixes.
    static func essence(_ text: String) -> String {
        let lines = lines(text)
        let all = lines.isEmpty ? text : lines.joined(separator: " ")
        let printable = all.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.map(Character.init)
        let line = String(printable.prefix(600))
        for prefix in ["error: ", "Error from server: "] where line.hasPrefix(prefix) {
            return String(line.dropFirst(prefix.count))
        }
        return line.isEmpty ? "it said nothing" : line
    }

    /// The lines without warnings and klog lines (`E1122 10:00:00.0 ...`), which accompany an error and are not it.
    static func lines(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map(String.init).filter { line in
            !line.hasPrefix("Warning:") && !isLogLine(line)
        }
    }

    private static func isLogLine(_ line: String) -> Bool {
        guard let first = line.first, "EWIF".contains(first) else { return false }
        let digits = line.dropFirst().prefix(4)
        return digits.count == 4 && digits.allSatisfy(\.isNumber)
    }
}

extension String {
    /// What follows the first occurrence of `marker`.
    func split(after marker: String) -> String? {
        let text = Array(utf8)
        let pattern = Array(marker.utf8)
        guard pattern.count <= text.count else { return nil }
        for start in 0...(text.count - pattern.count) where text[start...].starts(with: pattern) {
            return String(decoding: text[(start + pattern.count)...], as: UTF8.self)
        }
        return nil
    }

    /// The quoted word that directly follows `marker`.
    func quoted(after marker: String) -> String? {
        guard let rest = split(after: marker + "\"") else { return nil }
        return String(rest.prefix { $0 != "\"" })
    }
}
