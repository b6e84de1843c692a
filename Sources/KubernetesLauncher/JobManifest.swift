package import JSON

/// The self-expiring Job that carries sessions to a node, as the API server takes it.
///
/// Nothing in it needs anybody to clean up: the holder in the pod ends without sessions, the deadline ends it in any
/// case, and the time to live lets the cluster remove Job and pod.
package struct JobManifest: Sendable {
    private let options: LaunchOptions
    private let names: SessionNames
    private let generation: Int
    private let instance: String

    /// The Job for these options.
    ///
    /// - Parameters:
    ///   - generation: as in ``SessionNames/job(generation:)``.
    ///   - instance: what no other Job has, as ``SessionNames/newInstance()`` makes it.
    package init(_ options: LaunchOptions, generation: Int = 0, instance: String) {
        self.options = options
        names = SessionNames(options)
        self.generation = generation
        self.instance = instance
    }

    /// The whole Job, for `kubectl create -f -`.
    package var job: JSONValue {
        [
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": metadata(name: names.job(generation: generation)),
            "spec": [
                "backoffLimit": 0,
                "activeDeadlineSeconds": JSONValue(options.deadline),
                "ttlSecondsAfterFinished": JSONValue(options.timeToLive),
                "template": ["metadata": metadata(name: nil), "spec": podSpec],
            ],
        ]
    }

    /// The same pod without its Job: the API server says of it at once what it would say of the Job's pods.
    package var pod: JSONValue {
        [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": metadata(name: "\(names.job(generation: generation))-check"), "spec": podSpec,
        ]
    }

    private func metadata(name: String?) -> JSONValue {
        var metadata = JSONObject()
        if let name { metadata.append("name", .string(name)) }
        metadata.append(
            "labels",
            [
                "app.kubernetes.io/name": "k8s-mcp-agent",
                JobLabel.component: "session",
                JobLabel.managedBy: "k8s-mcp-agent",
                "k8s-mcp-agent/mode": .string(options.mode),
                "k8s-mcp-agent/session": .string(names.key),
                JobLabel.instance: .string(instance),
            ])
        metadata.append(
            "annotations",
            [
                "k8s-mcp-agent/created-by": .string(Self.annotation(options.requester)),
                "k8s-mcp-agent/created-at": .string(options.requestedAt),
                "k8s-mcp-agent/node": .string(options.node.description),
            ])
        return .object(metadata)
    }

    private var podSpec: JSONValue {
        [
            "nodeName": .string(options.node.description),
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": JSONValue(gracePeriod),
            "hostPID": true,
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "tolerations": [["operator": "Exists"]],
            "containers": [container],
            "volumes": [["name": "host", "hostPath": ["path": "/", "type": "Directory"]]],
        ]
    }

    /// Seconds from the pod's deletion to its death. A reset is done to its end first: its own limits add up to less.
    private var gracePeriod: Int { options.mode == "operator" ? 1_800 : 2 }

    private var container: JSONValue {
        [
            "name": "agent",
            "image": .string(options.image),
            "imagePullPolicy": "IfNotPresent",
            "command": .array(
                [AgentImage.entryPoint, "hold", "--grace", "\(options.grace)"].map { .string($0) }),
            "env": [
                ["name": "NODE_NAME", "valueFrom": ["fieldRef": ["fieldPath": "spec.nodeName"]]],
                ["name": "POD_NAME", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
                ["name": "POD_NAMESPACE", "valueFrom": ["fieldRef": ["fieldPath": "metadata.namespace"]]],
            ],
            // A node without a free processor must still be open to diagnosis. Left out, they would equal the limits.
            "resources": [
                "requests": ["cpu": "0", "memory": "0"],
                "limits": ["cpu": "2", "memory": "512Mi"],
            ],
            "securityContext": ["privileged": true, "readOnlyRootFilesystem": true],
            "volumeMounts": [
                ["name": "host", "mountPath": "/host", "readOnly": true, "mountPropagation": "HostToContainer"]
            ],
        ]
    }

    /// Text of the local system as an annotation: printable, and not longer than anybody reads.
    private static func annotation(_ text: String) -> String {
        String(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(200).map(Character.init))
    }
}
