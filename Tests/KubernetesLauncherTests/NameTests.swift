import Testing

@testable import KubernetesLauncher

@Suite("Names")
struct NameTests {
    @Test(
        "nodes are taken as kubectl takes them",
        arguments: [("gpu-node-5", "gpu-node-5"), ("node/gpu-1", "gpu-1"), ("nodes/a.b.c", "a.b.c"), ("no/x", "x")])
    func node(text: String, name: String) {
        #expect(TargetNode(text)?.description == name)
    }

    @Test(
        "what cannot be a node's name is refused",
        arguments: [
            "", "node/", "pod/x", "a/b/c", "GPU", "-a", "a-", "a..b", "a b", "a;rm", "--context=x", "ä",
            String(repeating: "a", count: 254),
        ])
    func notANode(text: String) {
        #expect(TargetNode(text) == nil)
    }

    @Test("the same question gets the same Job, another one another Job")
    func sharing() throws {
        let first = try options()
        var later = first
        later.requestedAt = "2027-01-01T00:00:00Z"
        later.agentArguments = ["--log-level", "debug"]
        #expect(SessionNames(first) == SessionNames(later))
        for change in [\LaunchOptions.image, \LaunchOptions.mode, \LaunchOptions.requester] {
            var other = first
            other[keyPath: change] += "x"
            #expect(SessionNames(first).key != SessionNames(other).key)
        }
    }

    @Test(
        "every Job name is a valid label value",
        arguments: [
            "a", "ip-10-0-12-134.eu-central-1.compute.internal", "x.-y".replacing("-", with: ""),
            String(repeating: "n", count: 253),
        ])
    func jobNames(node: String) throws {
        var options = try options()
        options.node = try #require(TargetNode(node))
        for generation in [0, 1, 5] {
            let name = SessionNames(options).job(generation: generation)
            #expect(DNSName.isLabel(name, longest: 57), "\(name)")
        }
    }

    @Test("the nearest names come first, and far ones not at all")
    func nearest() {
        let names = ["gpu-node-1", "gpu-node-15", "gpu-node-5", "cpu-node-7", "login"]
        #expect(NearestNames.of("gpu-node-6", among: names) == ["gpu-node-1", "gpu-node-5", "cpu-node-7"])
        #expect(NearestNames.of("gpu-node", among: names).count == 3)
        #expect(NearestNames.of("storage-rack-a", among: names).isEmpty)
    }
}

/// Options as the tests want them.
func options(node: String = "gpu-node-5") throws -> LaunchOptions {
    LaunchOptions(node: try #require(TargetNode(node)), requester: "ada@laptop", requestedAt: "2026-11-22T10:00:00Z")
}
