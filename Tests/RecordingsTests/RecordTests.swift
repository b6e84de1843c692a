import Foundation
import TestSupport
import Testing

/// What `record` writes is the node again: every tool says the same of it.
@Suite(.serialized, .blocking) struct RecordTests {
    /// A hang or a crash is played again, but at another call than the one in which it happened.
    private static let nodes = (Recording.all + Recording.builtIn).filter {
        !["driver-hang", "driver-crash"].contains($0.name)
    }

    @Test(arguments: nodes)
    func aRecordingAnswersAsTheNodeDid(node: Recording) async throws {
        // Called like the node, whose name stands in the answers, and they are cut at a number of bytes.
        let folder = try Folder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let recording = folder.path + "/" + node.name
        let run = try Agent.run(["record", recording, "--simulate", node.scenario])
        try #require(run.status == 0, "\(run.output)")
        let original = try await NodeAnswers.shared.answers(of: node)
        let session = try AgentSession(simulating: recording + "/scenario.json")
        for (tool, answer) in original.sorted(by: { $0.key < $1.key }) {
            let before = Self.comparable(answer)
            let after = Self.comparable(try session.call(tool))
            #expect(before == after, "\(node.name) \(tool): \(GoldenTests.firstDifference(before, after))")
        }
        withExtendedLifetime(folder) {}
    }

    /// An answer without the node's name, and without the length of the log: a recording keeps only what concerns GPUs.
    private static func comparable(_ answer: String) -> String {
        nameless(Normalised.answer(answer))
            .replacing(/"records_read": \d+/, with: #""records_read": 0"#)
    }

    /// What could not be read is not well when it is played.
    @Test(arguments: ["NOT_SUPPORTED", "NO_PERMISSION", "UNKNOWN"]) func whatIsUnknownStaysUnknown(code: String) throws
    {
        let node = try Folder()
        try FileManager.default.createDirectory(atPath: node.path, withIntermediateDirectories: true)
        let scenario = #"""
            {"extends": "h100x8", "system": {"confidential_compute": {"enabled": true}},
             "faults": [{"call": "nvmlSystemGetConfComputeGpusReadyState", "result": "\#(code)"}]}
            """#
        try scenario.write(toFile: node.path + "/node.json", atomically: true, encoding: .utf8)
        let folder = try Folder()
        let run = try Agent.run(["record", folder.path, "--simulate", node.path + "/node.json"])
        try #require(run.status == 0, "\(run.output)")
        for played in [node.path + "/node.json", folder.path + "/scenario.json"] {
            #expect(try Agent.run(["diagnose", "--simulate", played]).status == 3)
        }
    }

    @Test func namesCanBeReplaced() throws {
        let folder = try Folder()
        let node = try #require(Recording.named("dgx-h100-containerd"))
        let run = try Agent.run([
            "record", folder.path, "--simulate", node.scenario, "--rename-host", "node-x", "--anonymize",
        ])
        try #require(run.status == 0, "\(run.output)")
        let texts = try folder.contents()
        #expect(texts.contains { $0.contains("node-x") })
        for secret in ["dgx-h100-containerd", "2a1f4012", "1650381203459", ":ada:", "/home/ada"] {
            #expect(texts.allSatisfy { !$0.contains(secret) }, "\(secret) is in the recording")
        }
        #expect(texts.contains { $0.contains("GPU-00000000-0000-0000-0000-000000000001") })
    }

    @Test func secretsStayOut() throws {
        let node = try Folder()
        try FileManager.default.createDirectory(atPath: node.path, withIntermediateDirectories: true)
        let scenario = #"""
            {"extends": "l40sx4",
             "gpus": [{"index": 0, "processes": [{"pid": 77, "used_memory_bytes": 1073741824}, {"pid": 78}]}],
             "processes": [{"pid": 77, "name": "python3", "opens": ["/dev/nvidia0"], "cgroup": ["0::/kubepods/pod6f1c2f5e-52a1-4a0e-9a35-5d8a30f4c0d1/00000000000000000000000000000000000000000000000000000000000000aa"],
               "command": ["python3", "--api-key", "hunter2", "--token=hunter3", "HF_TOKEN=hunter4", "serve.py", "-u", "ada:hunter13"]},
              {"pid": 78, "name": "train", "opens": ["/dev/nvidia0"], "cgroup": ["0::/kubepods/pod7f1c2f5e-52a1-4a0e-9a35-5d8a30f4c0d1/00000000000000000000000000000000000000000000000000000000000000bb"]}],
             "host": {"files": {
               "proc/77/environ": "HF_TOKEN=hunter5",
               "run/containerd/io.containerd.runtime.v2.task/k8s.io/00000000000000000000000000000000000000000000000000000000000000aa/config.json":
                 "{\"process\":{\"env\":[\"HF_TOKEN=hunter6\"]},\"annotations\":{\"io.kubernetes.cri.sandbox-name\":\"serve-0\",\"io.kubernetes.cri.sandbox-namespace\":\"ml\"}}",
               "var/lib/docker/containers/00000000000000000000000000000000000000000000000000000000000000bb/config.v2.json":
                 "{\"Name\":\"/k8s_hunter9\",\"Config\":{\"Env\":[\"HF_TOKEN=hunter10\"],\"Labels\":{\"io.kubernetes.pod.name\":\"train-0\",\"io.kubernetes.pod.namespace\":\"ml\",\"io.kubernetes.container.name\":\"main\",\"io.kubernetes.token\":\"hunter11\",\"token\":\"hunter12\"}}}",
               "etc/passwd": "ada:hunter7:1002:1002:Ada Lovelace,Room 7:/home/ada:/bin/bash\n",
               "var/log/pods/ml_serve-0_6f1c2f5e-52a1-4a0e-9a35-5d8a30f4c0d1/main/0.log": "hunter8"}}}
            """#
        try scenario.write(toFile: node.path + "/node.json", atomically: true, encoding: .utf8)
        let folder = try Folder()
        let run = try Agent.run(["record", folder.path, "--simulate", node.path + "/node.json"])
        try #require(run.status == 0, "\(run.output)")
        let texts = try folder.contents()
        #expect(texts.contains { $0.contains("serve.py") })
        #expect(texts.contains { $0.contains("serve-0") })
        for number in 2...13 { #expect(texts.allSatisfy { !$0.contains("hunter\(number)") }, "hunter\(number)") }
        #expect(texts.allSatisfy { !$0.contains("Lovelace") })
        let played = try AgentSession(simulating: folder.path + "/scenario.json").call("list_gpu_processes")
        #expect(played.contains("serve-0") && played.contains("train-0"), "\(played)")
    }

    @Test func aFolderWithSomethingInItIsLeftAlone() throws {
        let folder = try Folder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        try "mine".write(toFile: folder.path + "/note", atomically: true, encoding: .utf8)
        let run = try Agent.run(["record", folder.path, "--simulate", "t4x1"])
        #expect(run.status == 2)
        #expect(run.output.contains("not empty"))
        #expect(try folder.contents() == ["mine"])
    }

    /// The same node has another name when it is played from another folder.
    private static func nameless(_ answer: String) -> String {
        answer.replacing(/"node": "[^"]*"/, with: #""node": """#)
    }
}

/// A folder that does not exist yet, and no longer when the test is over.
private final class Folder {
    let path: String

    init() throws { path = FileManager.default.temporaryDirectory.path + "/recording-\(UUID().uuidString)" }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Names and contents of everything in it.
    func contents() throws -> [String] {
        guard let all = FileManager.default.enumerator(atPath: path) else { return [] }
        return all.compactMap { $0 as? String }.compactMap { name in
            let place = path + "/" + name
            var isFolder: ObjCBool = false
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: place) {
                return name + " " + target
            }
            guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), !isFolder.boolValue else {
                return name
            }
            let text = String(decoding: FileManager.default.contents(atPath: place) ?? Data(), as: UTF8.self)
            return name == "note" ? text : name + "\n" + text
        }
    }
}
