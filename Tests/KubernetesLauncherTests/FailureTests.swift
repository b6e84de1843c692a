import Testing

@testable import KubernetesLauncher

@Suite("What kubectl says, and what it means")
struct FailureTests {
    private static let denied =
        "Error from server (Forbidden): error when creating \"STDIN\": jobs.batch is forbidden: User \"ada\" cannot create "
        + "resource \"jobs\" in API group \"batch\" in the namespace \"default\""

    @Test("a refusal by RBAC names verb, resource and place, and the manifest")
    func rbac() {
        let failure = KubectlErrors.failure(Self.denied)
        let right = DeniedRight(verb: "create", resource: "jobs", group: "batch", namespace: "default", user: "ada")
        #expect(failure == .forbidden(right))
        #expect("\(failure)".contains("ada may not create jobs in namespace 'default'"))
        #expect("\(failure)".contains("deploy/rbac/read-only.yaml"))
    }

    @Test(
        "each text leads to its failure",
        arguments: [
            (
                "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?",
                "noCluster"
            ),
            ("Unable to connect to the server: dial tcp: lookup k8s.example: no such host", "noCluster"),
            ("Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout", "noCluster"),
            ("error: You must be logged in to the server (Unauthorized)", "notLoggedIn"),
            ("Unable to connect to the server: getting credentials: exec: executable aws not found", "notLoggedIn"),
            (
                "unable to recognize \"STDIN\": Get \"https://10.0.0.1:6443/api?timeout=5s\": dial tcp 10.0.0.1:6443: connect: connection refused",
                "noCluster"
            ),
            (
                "unable to recognize \"STDIN\": Get \"http://localhost:8080/api?timeout=5s\": dial tcp 127.0.0.1:8080: connect: connection refused",
                "badKubeconfig"
            ),
            ("stat /home/ada/.kube/prod: no such file or directory", "badKubeconfig"),
            (
                "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority",
                "notTrusted"
            ),
            ("error: context \"prod\" does not exist", "badKubeconfig"),
            ("error: unknown shorthand flag: 'q' in -q", "kubectlTooOld"),
            ("error: unknown flag: --custom", "kubectlTooOld"),
            (
                "Error from server (NotFound): error when creating \"STDIN\": namespaces \"gpu\" not found",
                "noNamespace"
            ),
            ("error: error reading from error stream: next reader: websocket: close 1006", "sessionLost"),
            ("error: unable to upgrade connection: container not found (\"agent\")", "sessionLost"),
            ("error: unable to upgrade connection: pod does not exist", "sessionLost"),
            ("error: unable to upgrade connection: Unauthorized", "kubeletUnreachable"),
            (
                "Error from server: error dialing backend: dial tcp 10.0.0.5:10250: connect: connection refused",
                "kubeletUnreachable"
            ),
            (
                "Error from server: error dialing backend: x509: certificate signed by unknown authority",
                "kubeletUnreachable"
            ),
            (
                "error: Internal error occurred: error sending request: Post \"https://10.0.0.5:10250/exec\": i/o timeout",
                "kubeletUnreachable"
            ),
            (
                "Internal error occurred: failed calling webhook \"a.b\": failed to call webhook: Post \"https://a.b.svc:443/\": connection refused",
                "admission"
            ),
            (
                "Internal error occurred: failed calling webhook \"a.b\": tls: failed to verify certificate: x509: expired",
                "admission"
            ),
            ("something nobody has seen before", "kubectl"),
            ("", "kubectl"),
        ])
    func texts(text: String, kind: String) {
        #expect(
            "\(String(describing: Mirror(reflecting: KubectlErrors.failure(text)).children.first?.label ?? ""))" == kind
        )
    }

    @Test(
        "the remedy for an old kubectl names the version that has what was missing",
        arguments: [("error: unknown flag: --custom", "1.31"), ("error: unknown shorthand flag: 'q' in -q", "1.27")])
    func versions(text: String, version: String) {
        #expect(KubectlErrors.failure(text).remedy.contains("\(version) or newer"))
    }

    @Test("warnings and log lines before the error are not taken for it")
    func noise() {
        let text = """
            Warning: would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)
            E1122 10:00:00.000000   12345 memcache.go:265] couldn't get current server API group list
            error: context "x" does not exist
            """
        #expect(KubectlErrors.failure(text) == .badKubeconfig("context \"x\" does not exist"))
    }

    @Test("the Job controller's reason is passed on exactly")
    func creation() {
        let security =
            "Error creating: pods \"x-abcde\" is forbidden: violates PodSecurity \"baseline:latest\": hostPath volumes"
        #expect(KubectlErrors.creationFailure(security) == .podSecurity("\"baseline:latest\": hostPath volumes"))
        let quota = "Error creating: pods \"x\" is forbidden: exceeded quota: gpu-agents, requested: pods=1"
        #expect(KubectlErrors.creationFailure(quota) == .quota("exceeded quota: gpu-agents, requested: pods=1"))
        #expect(KubectlErrors.creationFailure("Error creating: a webhook was rude") == .admission("a webhook was rude"))
    }

    @Test("text from outside is bounded and printable")
    func bounded() {
        let failure = KubectlErrors.failure("\u{1B}[31m" + String(repeating: "x", count: 10_000))
        #expect(failure.message.count < 700)
        #expect(!failure.message.unicodeScalars.contains { $0.value < 0x20 })
    }
}
