import JSON
import Testing

@testable import KubernetesLauncher

@Suite("What the cluster complains of")
struct PodWarningTests {
    private func event(_ message: String, _ time: String?) -> JSONValue {
        ["reason": "FailedMount", "message": .string(message), "lastTimestamp": time.map { .string($0) } ?? .null]
    }

    @Test("the latest warning counts, printable and of bounded length")
    func latest() {
        let items = [
            event("new\u{1B}[31m", "2026-11-22T10:00:05Z"), event("old", "2026-11-22T10:00:00Z"), event("?", nil),
        ]
        #expect(
            PodWarning.last(of: JSONValue.object(JSONObject([("items", .array(items))])).encoded())
                == "FailedMount: new[31m")
        #expect(PodWarning.last(of: Array("{\"items\": []}".utf8)) == nil)
        #expect(PodWarning.last(of: Array("no list".utf8)) == nil)
    }
}

@Suite("What kubectl says while it runs")
struct TalkTests {
    @Test("a deadline that passes while somebody is asked to log in is told as that, with the words")
    func deadline() {
        let talk = Talk(isShown: false)
        if case .noCluster = talk.deadlineFailure {} else { Issue.record("\(talk.deadlineFailure)") }
        talk.add(Array("E1122 10:00:00.0 1 memcache.go:265] no answer\n".utf8))
        if case .noCluster = talk.deadlineFailure {} else { Issue.record("\(talk.deadlineFailure)") }
        talk.add(Array("To sign in, open https://x and enter the code AB.\n".utf8))
        #expect(
            talk.deadlineFailure == .notLoggedIn("kubectl waits: To sign in, open https://x and enter the code AB."))
    }
}

@Suite("Where commands go")
struct ResolvingTests {
    private let config: JSONValue = [
        "current-context": "prod", "contexts": [["name": "prod", "context": ["namespace": "gpu"]]],
    ]

    @Test("what was not given is taken from the kubeconfig once, what was given stays")
    func resolved() {
        let known = KubectlArguments(kubeconfig: "/k").resolved(config)
        #expect(known == KubectlArguments(context: "prod", namespace: "gpu", kubeconfig: "/k"))
        let given = KubectlArguments(context: "dev", namespace: "n")
        #expect(given.resolved(config) == given)
    }

    @Test("a context without a namespace means default; no kubeconfig means nothing")
    func missing() {
        let bare: JSONValue = ["current-context": "prod", "contexts": [["name": "prod", "context": [:]]]]
        #expect(KubectlArguments().resolved(bare) == KubectlArguments(context: "prod", namespace: "default"))
        #expect(KubectlArguments().resolved(["contexts": .null]) == KubectlArguments())
    }
}
