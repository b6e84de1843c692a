extension LaunchFailure {
    /// What is wrong, in one sentence.
    package var message: String {
        switch self {
        case .noKubectl(let name): "cannot run kubectl: there is no '\(name)' in PATH"
        case .kubectlTooOld(let detail): "this kubectl is too old (\(detail))"
        case .badKubeconfig(let detail): "kubectl's configuration does not work: \(detail)"
        case .noCluster(let detail): "the cluster does not answer: \(detail)"
        case .notTrusted(let detail): "the cluster's certificate is not trusted: \(detail)"
        case .notLoggedIn(let detail): "the cluster does not accept the credentials: \(detail)"
        case .forbidden(let right): "\(right.user) may not \(right.verb) \(right.resource)\(right.place)"
        case .noNamespace(let name): "there is no namespace '\(name)'"
        case .noSuchNode(let name, _): "there is no node '\(name)'"
        case .nodeNotReady(let name, let detail): "node '\(name)' is not ready: \(detail)"
        case .podSecurity(let reason): "Pod Security refuses the pod: \(reason)"
        case .quota(let reason): "the namespace's quota refuses the pod: \(reason)"
        case .admission(let reason): "admission control refuses: \(reason)"
        case .imagePull(let image, let reason): "the node cannot pull \(image): \(reason)"
        case .noImageForArchitecture(let image): "\(image) has no build for this node's CPU architecture"
        case .staysPending(let seconds, let state): "the pod is not ready after \(seconds) s: \(state)"
        case .podFailed(let reason): "the pod failed: \(reason)"
        case .nodeFull(let reason): "the node has no room for the pod: \(reason)"
        case .kubeletUnreachable(let detail): "the API server cannot reach the node's kubelet: \(detail)"
        case .sessionLost(let detail): "the session was lost: \(detail)"
        case .tooBusy(let job): "Jobs named \(job) are still being removed"
        case .kubectl(let text): "kubectl failed: \(text)"
        case .interrupted(let signal): "ended by signal \(signal)"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .noKubectl: "Install kubectl, or name it with --kubectl PATH."
        case .kubectlTooOld(let detail):
            "Update kubectl to \(Self.kubectlWanted(detail)) or newer ('kubectl version --client' shows what you have)."
        case .badKubeconfig: "See 'kubectl config get-contexts'; choose with --context or --kubeconfig."
        case .noCluster: "Check VPN and proxy, and that 'kubectl get --raw /version' answers."
        case .notTrusted: "The kubeconfig may be out of date, or a proxy in between; get a new kubeconfig."
        case .notLoggedIn: "Log in again the way your cluster requires; 'kubectl auth whoami' must work."
        case .forbidden(let right): right.remedy
        case .noNamespace(let name):
            "Create it with 'kubectl apply -f deploy/rbac/namespace.yaml', or choose one with --namespace (now: \(name))."
        case .noSuchNode(_, let nearest):
            nearest.isEmpty
                ? "'kubectl get nodes' lists them."
                : "Nearest: \(nearest.joined(separator: ", ")). 'kubectl get nodes' lists them all."
        case .nodeNotReady(let name, _):
            "Its kubelet must run before anything can be injected: 'kubectl describe node \(name)'."
        case .podSecurity:
            "Use a namespace that allows privileged pods: deploy/rbac/namespace.yaml, then --namespace k8s-mcp-agent."
        case .quota: "Free or raise the quota, remove leftovers with 'k8s-mcp-agent sweep', or use another --namespace."
        case .admission(let reason) where reason.contains("webhook"):
            "The webhook is a service of the cluster; ask whoever runs it why it does not answer or what it objects to."
        case .admission:
            "Ask whoever maintains the policy to allow this image and shape of pod; 'connect --dry-run' prints what is created."
        case .imagePull: "Check the name and the node's access to the registry, or use a mirror with --image."
        case .noImageForArchitecture: "Use an image that is built for it (x86-64 and arm64 are published) with --image."
        case .staysPending:
            "'kubectl describe pod -l app.kubernetes.io/name=k8s-mcp-agent' says more; a slow pull may need --patience SECONDS."
        case .podFailed: "Run 'connect --dry-run' to see the pod; 'kubectl get events' may say more."
        case .nodeFull:
            "A session requests no CPU and no memory, only one of the node's pod slots; free one."
        case .kubeletUnreachable:
            "The control plane must reach port 10250 of the node (firewall, tunnel, the kubelet's certificate); 'kubectl logs' of any pod there fails the same way."
        case .sessionLost: "Start a new session; the cluster removes the old pod by itself."
        case .tooBusy: "Wait some seconds and try again."
        case .kubectl, .interrupted: ""
        }
    }

    /// `debug --custom` is on without being asked for since 1.31; all else is in 1.27.
    private static func kubectlWanted(_ detail: String) -> String {
        ["--custom", "debug", "profile"].contains { detail.contains($0) } ? "1.31" : "1.27"
    }
}

extension DeniedRight {
    var place: String { namespace.map { " in namespace '\($0)'" } ?? " in the cluster" }

    /// The manifest that grants the right, in the form that the person who can grant it needs.
    var remedy: String {
        switch resource {
        case "jobs", "pods", "pods/exec", "events":
            "An administrator grants it with 'kubectl apply -f deploy/rbac/read-only.yaml' and a RoleBinding for \(user)."
        default: "An administrator grants it with a Role: resources [\(resource)], verbs [\(verb)]."
        }
    }
}
