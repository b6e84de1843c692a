import JSON
import Testing

@testable import KubernetesLauncher

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("The Job manifest")
struct ManifestTests {
    @Test("the Job is the one on file (UPDATE_GOLDEN=1 writes it anew)")
    func golden() throws {
        let text = JobManifest(try options(), instance: "0123456789abcdef").job.prettyPrinted() + "\n"
        let path = String(#filePath.dropLast("ManifestTests.swift".count)) + "Golden/job.json"
        if getenv("UPDATE_GOLDEN") != nil { try write(text, to: path) }
        #expect(text == read(path))
    }

    @Test("the cluster removes it whatever happens to the client")
    func selfExpiring() throws {
        let job = JobManifest(try options(), instance: "0123456789abcdef").job
        let spec = try #require(job["spec"])
        #expect(spec["backoffLimit"] == 0)
        #expect(spec["activeDeadlineSeconds"] == 14_400)
        #expect(spec["ttlSecondsAfterFinished"] == 10)
        #expect(spec["template"]?["spec"]?["restartPolicy"] == "Never")
    }

    @Test("the pod cannot reach the API, and the host's root is read-only")
    func rights() throws {
        let pod = try #require(
            JobManifest(try options(), instance: "0123456789abcdef").job["spec"]?["template"]?["spec"])
        #expect(pod["automountServiceAccountToken"] == false)
        let container = try #require(pod["containers"]?.arrayValue?.first)
        #expect(container["volumeMounts"]?.arrayValue?.first?["readOnly"] == true)
        #expect(container["securityContext"]?["readOnlyRootFilesystem"] == true)
    }

    @Test("each Job has an instance of its own, also two of one name")
    func instance() throws {
        let jobs = try (0..<2).map { _ in JobManifest(try options(), instance: SessionNames.newInstance()).job }
        #expect(jobs[0]["metadata"]?["name"] == jobs[1]["metadata"]?["name"])
        let instances = jobs.map { $0["metadata"]?["labels"]?["k8s-mcp-agent/instance"]?.stringValue ?? "" }
        #expect(instances[0] != instances[1])
        #expect(instances.allSatisfy { $0.count == 16 && DNSName.isLabel($0) })
    }

    @Test("a node without a free processor or byte is open to it; the debugging pod is made alike")
    func requests() throws {
        let nothing: JSONValue = ["cpu": "0", "memory": "0"]
        let pod = JobManifest(try options(), instance: "0").job["spec"]?["template"]?["spec"]
        #expect(pod?["containers"]?.arrayValue?.first?["resources"]?["requests"] == nothing)
        #expect(DebugArguments.custom["resources"]?["requests"] == nothing)
        let folder = String(#filePath.dropLast("Tests/KubernetesLauncherTests/ManifestTests.swift".count))
        let profile = try JSONParser.parse(try #require(read("\(folder)deploy/debug-profile.json")))
        #expect(profile == DebugArguments.custom)
    }

    @Test("a pod that may reset GPUs is given the time to finish one")
    func gracePeriod() throws {
        var changing = try options()
        #expect(JobManifest(changing, instance: "0").pod["spec"]?["terminationGracePeriodSeconds"] == 2)
        changing.mode = "operator"
        #expect(JobManifest(changing, instance: "0").pod["spec"]?["terminationGracePeriodSeconds"] == 1_800)
    }

    @Test("control characters of a user's name do not reach the cluster")
    func annotation() throws {
        var odd = try options()
        odd.requester = "ada\n\u{1B}[31m@laptop" + String(repeating: "x", count: 500)
        let annotation = JobManifest(odd, instance: "0").job["metadata"]?["annotations"]?["k8s-mcp-agent/created-by"]?
            .stringValue
        #expect(try #require(annotation).hasPrefix("ada[31m@laptop"))
        #expect(try #require(annotation).count == 200)
    }

    private func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var text: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { text.append(UInt8(byte)) }
        return String(decoding: text, as: UTF8.self)
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
    }
}

@Suite("Client configurations")
struct ClientConfigurationTests {
    @Test("each client gets JSON of its own form", arguments: ClientKind.allCases)
    func forms(client: ClientKind) throws {
        let configuration = ClientConfiguration(
            server: "gpu-node-5", command: "/opt/my tools/k8s-mcp-agent",
            arguments: ["connect", "gpu-node-5", "--context", "a\"b"],
            environment: [("PATH", "/usr/bin")])
        let value = try JSONParser.parse(configuration.text(for: client))
        let entry = try #require(value[client == .vscode ? "servers" : "mcpServers"]?["gpu-node-5"])
        #expect(entry["command"] == "/opt/my tools/k8s-mcp-agent")
        #expect(entry["args"] == ["connect", "gpu-node-5", "--context", "a\"b"])
        #expect(entry["env"]?["PATH"] == "/usr/bin")
    }
}

@Suite("What a printed configuration passes on")
struct ClientVariableTests {
    private func passedOn(_ variables: [String: String]) -> [String: String] {
        let found = ClientVariables.passedOn {
            variables[$0]
        } absolute: {
            $0.hasPrefix("/") ? $0 : "/here/\($0)"
        }
        return Dictionary(uniqueKeysWithValues: found)
    }

    @Test("accounts, files and proxies, with paths that hold in any folder")
    func known() {
        let found = passedOn([
            "PATH": "/usr/bin:tools", "KUBECONFIG": "a:/b", "AWS_PROFILE": "gpu", "AWS_CONFIG_FILE": "aws/config",
            "HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "10.0.0.0/8",
        ])
        #expect(
            found == [
                "PATH": "/usr/bin:/here/tools", "KUBECONFIG": "/here/a:/b", "AWS_PROFILE": "gpu",
                "AWS_CONFIG_FILE": "/here/aws/config", "HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "10.0.0.0/8",
            ])
    }

    @Test("no secrets")
    func secrets() {
        let found = passedOn([
            "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "x", "HTTPS_PROXY": "http://ada:secret@proxy:3128",
            "KUBECONFIG": "",
        ])
        #expect(found.isEmpty)
    }
}

@Suite("The watch's stream of objects")
struct SplitterTests {
    @Test("objects come out whole, however the bytes are cut", arguments: [1, 2, 3, 7, 1_000])
    func cuts(size: Int) {
        let text = Array("{\"a\": \"}{\\\"\\\\\"}\n{\n  \"b\": {\"c\": [{}]}\n}{}".utf8)
        var splitter = JSONObjectSplitter()
        var found: [String] = []
        for start in stride(from: 0, to: text.count, by: size) {
            let piece = text[start..<min(start + size, text.count)]
            found += splitter.add(piece).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(found == ["{\"a\": \"}{\\\"\\\\\"}", "{\n  \"b\": {\"c\": [{}]}\n}", "{}"])
    }

    @Test("an object without end is given up")
    func endless() {
        var splitter = JSONObjectSplitter(limit: 10)
        #expect(splitter.add(Array("{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".utf8)).isEmpty)
        #expect(splitter.hasOverflowed)
    }
}
