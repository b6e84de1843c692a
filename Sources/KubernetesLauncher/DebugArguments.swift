import JSON

/// The command lines of a session by `kubectl debug`.
struct DebugArguments: Sendable {
    private let options: LaunchOptions
    private let arguments: KubectlArguments
    /// A name that no other debugging pod has, by which ours is found again: kubectl does not tell its name with `-q`.
    let container: String
    private let customFile: String

    init(_ options: LaunchOptions, arguments: KubectlArguments, container: String, customFile: String) {
        self.options = options
        self.arguments = arguments
        self.container = container
        self.customFile = customFile
    }

    /// What the debugging profile lacks. Without `stdinOnce` the agent never sees the end of its input, and the end of
    /// its last answer is lost; the node's name is not the host name everywhere.
    static var custom: JSONValue {
        [
            "stdinOnce": true,
            "env": [
                ["name": "NODE_NAME", "valueFrom": ["fieldRef": ["fieldPath": "spec.nodeName"]]],
                ["name": "POD_NAME", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
                ["name": "POD_NAMESPACE", "valueFrom": ["fieldRef": ["fieldPath": "metadata.namespace"]]],
            ],
            "resources": ["requests": ["cpu": "0", "memory": "0"], "limits": ["cpu": "2", "memory": "512Mi"]],
        ]
    }

    /// The session. `-q` keeps kubectl's own lines off standard output; `sysadmin` is the only profile that may open devices.
    var open: [String] {
        arguments.connection + [
            "debug", "node/\(options.node)", "-i", "-q", "--image=\(options.image)", "--profile=sysadmin",
            "--custom=\(customFile)", "--container=\(container)", "--",
        ] + options.sessionCommand
    }

    /// The pods of the node, among which ours is.
    var pods: [String] {
        arguments.connection + [
            "get", "pods", "--field-selector=spec.nodeName=\(options.node)", "-o", "json", "--request-timeout=5s",
        ]
    }

    /// The same as a person would ask it.
    var podsForPerson: [String] {
        arguments.connection + ["get", "pods", "--field-selector=spec.nodeName=\(options.node)"]
    }

    /// Removes the pod.
    func removal(_ pod: String) -> [String] { arguments.removePod(pod) }

    /// The same as a person would.
    func removalForPerson(_ pod: String) -> [String] { arguments.connection + ["delete", "pod", pod] }
}
