/// Every way in which a session can fail to begin, or end before its time.
package enum LaunchFailure: Error, Sendable, Equatable {
    case noKubectl(String)
    case kubectlTooOld(String)
    case badKubeconfig(String)
    case noCluster(String)
    case notTrusted(String)
    case notLoggedIn(String)
    case forbidden(DeniedRight)
    case noNamespace(String)
    case noSuchNode(String, nearest: [String])
    case nodeNotReady(String, String)
    case podSecurity(String)
    case quota(String)
    case admission(String)
    case imagePull(String, String)
    case noImageForArchitecture(String)
    case staysPending(seconds: Int, String)
    case podFailed(String)
    /// The kubelet had no room for the pod.
    case nodeFull(String)
    /// The API server cannot reach the node's kubelet.
    case kubeletUnreachable(String)
    case sessionLost(String)
    case tooBusy(String)
    /// Whatever else kubectl said.
    case kubectl(String)
    case interrupted(Int32)

    /// The launcher's exit code, as the design lays down: 1 failed, 2 wrong usage; a signal as shells report it.
    package var exitCode: Int32 {
        switch self {
        case .interrupted(let signal): 128 + signal
        default: 1
        }
    }

    /// True if the session never began since its request was turned down; the same request of another session is, too.
    var meansRefused: Bool {
        switch self {
        case .forbidden, .admission, .kubectlTooOld: true
        default: false
        }
    }
}

/// What the API server does not let the user do.
package struct DeniedRight: Sendable, Hashable {
    /// Such as `create`.
    package let verb: String
    /// With its subresource, such as `pods/exec`.
    package let resource: String
    /// Empty for the core group.
    package let group: String
    /// Nil for the whole cluster.
    package let namespace: String?
    /// As the API server knows the user.
    package let user: String
}

extension LaunchFailure: CustomStringConvertible {
    /// What is wrong, and what to do about it: two or three short lines.
    package var description: String { remedy.isEmpty ? message : "\(message)\n  \(remedy)" }
}
