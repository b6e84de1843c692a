import JSON

/// What matters of a pod on its way to running.
package struct PodStatus: Sendable, Equatable {
    /// The pod's name.
    package let name: String
    let uid: String?
    /// The uid of the Job that made it.
    let owner: String?
    let phase: String
    let isBeingDeleted: Bool
    /// The kubelet has taken notice of the pod.
    let isKnownToNode: Bool
    let isReady: Bool
    /// Why the container waits: reason and message.
    let waiting: Reason?
    /// How the container ended: reason and message.
    let terminated: Reason?
    let exitCode: Int64?
    /// The pod's own reason, such as `NodeAffinity` or `DeadlineExceeded`.
    let reason: Reason?

    struct Reason: Sendable, Equatable {
        let reason: String
        let message: String
    }

    /// Reads a pod as the API server describes it; nil for what is no pod.
    init?(_ pod: JSONValue, isListMember: Bool = false) {
        guard let name = pod["metadata"]?["name"]?.stringValue, isListMember || pod["kind"]?.stringValue == "Pod"
        else { return nil }
        self.name = name
        uid = pod["metadata"]?["uid"]?.stringValue
        owner = pod["metadata"]?["ownerReferences"]?.arrayValue?.first?["uid"]?.stringValue
        let status = pod["status"]
        let container = status?["containerStatuses"]?.arrayValue?.first
        phase = status?["phase"]?.stringValue ?? "Unknown"
        isBeingDeleted = pod["metadata"]?["deletionTimestamp"].map { !$0.isNull } ?? false
        isKnownToNode = status?["startTime"]?.stringValue != nil || container != nil
        isReady = container?["ready"]?.boolValue ?? false
        waiting = Self.reason(container?["state"]?["waiting"])
        terminated = Self.reason(container?["state"]?["terminated"])
        exitCode = container?["state"]?["terminated"]?["exitCode"]?.intValue
        reason = Self.reason(status)
    }

    private static func reason(_ state: JSONValue?) -> Reason? {
        guard let reason = state?["reason"]?.stringValue else { return nil }
        return Reason(reason: reason, message: state?["message"]?.stringValue ?? "")
    }
}

/// What a pod's status means for somebody who waits for it.
package enum PodVerdict: Sendable, Equatable {
    /// A session can be opened.
    case ready(pod: String)
    /// Not yet; in words.
    case coming(String)
    /// It is on its way out or at its end, in good order: an earlier session's pod.
    case leaving
    /// It will never be ready.
    case failed(LaunchFailure)
}

extension PodStatus {
    /// Judges a pod that was found by its owner or by its container's name.
    ///
    /// Its image says nothing of whose it is: clusters replace tags by digests, and registries by mirrors.
    ///
    /// - Parameter image: what was asked for, to be named in a failure.
    package func verdict(image: String) -> PodVerdict {
        if isBeingDeleted { return .leaving }
        switch phase {
        case "Running" where isReady: return .ready(pod: name)
        case "Succeeded": return .leaving
        case "Failed": return .failed(ending(image))
        default: break
        }
        if let waiting, let failure = Self.fatal(waiting, image: image) { return .failed(failure) }
        return .coming(waiting.map { $0.message.isEmpty ? $0.reason : "\($0.reason): \($0.message)" } ?? phase)
    }

    private func ending(_ image: String) -> LaunchFailure {
        let detail = terminated ?? reason ?? Reason(reason: "Failed", message: "")
        // As the kubelet says that something is used up: OutOfcpu, OutOfmemory, OutOfpods.
        if detail.reason.hasPrefix("OutOf") {
            return .nodeFull(detail.message.isEmpty ? detail.reason : detail.message)
        }
        if Self.isWrongArchitecture(detail.message) { return .noImageForArchitecture(image) }
        let code = exitCode.map { " (exit code \($0))" } ?? ""
        return .podFailed("\(detail.reason)\(detail.message.isEmpty ? "" : ": \(detail.message)")\(code)")
    }

    /// The waiting reasons that do not pass by themselves (kubelet: pkg/kubelet/images/types.go and container errors).
    private static func fatal(_ waiting: Reason, image: String) -> LaunchFailure? {
        let text = waiting.message.isEmpty ? waiting.reason : waiting.message
        switch waiting.reason {
        case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
            "RegistryUnavailable", "SignatureValidationFailed":
            return isWrongArchitecture(text) ? .noImageForArchitecture(image) : .imagePull(image, text)
        case "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "CrashLoopBackOff",
            "StartError":
            return isWrongArchitecture(text) ? .noImageForArchitecture(image) : .podFailed(text)
        default: return nil
        }
    }

    /// As containerd and runc say it when an image has nothing for this kind of CPU.
    private static func isWrongArchitecture(_ text: String) -> Bool {
        text.contains("no match for platform in manifest") || text.contains("exec format error")
            || text.contains("no matching manifest for")
            || text.contains("no image found in manifest list for architecture")
    }
}
