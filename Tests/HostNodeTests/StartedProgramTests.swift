import Testing

@testable import HostNode

@Suite struct StartedProgramTests {
    @Test(
        arguments: [
            ("", ""), ("/usr/bin/nvidia-persistenced", "/usr/bin/nvidia-persistenced"),
            ("VLLM::EngineCore", "VLLM::EngineCore"), ("python3 -u train.py --local-rank 7", "python3 train.py ..."),
            ("/opt/bin/python3.11 -m vllm.server --api-key SECRET", "/opt/bin/python3.11 -m vllm.server ..."),
            ("torchrun --nproc-per-node 8 /srv/train.py", "torchrun /srv/train.py ..."),
            ("java -jar a.jar", "java a.jar ..."),
            ("postgres: user SECRET", "postgres: ..."), (" --token=SECRET", "..."),
        ])
    func keepsTheProgramAndWhatItRuns(_ line: String, _ kept: String) {
        #expect(Self.text(line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)) == kept)
    }

    /// Passwords and keys as programs are really given them.
    static let secrets = [
        ["curl", "https://user:SECRET@host/x"], ["curl", "https://user:SECRET@host/x.py"], ["mysql", "-pSECRET"],
        ["x", "--header", "Authorization: Bearer SECRET"], ["x", "--wandb-key", "SECRET"], ["x", "--passwd:SECRET"],
        ["x", "hf_SECRET"], ["python3", "train", "-m", "SECRET"], ["x", "-m", "SECRET"], ["x", "--db=Pwd=SECRET.py"],
        ["x", "-u", "admin:SECRET"], ["bash", "-c", "export HF_TOKEN=SECRET; python3 x.py"], ["x", "sk-proj-SECRET"],
        ["python3", "-c", "token = 'SECRET'"], ["x", "postgres://u:SECRET@h/db"], ["", "SECRET"],
    ]

    @Test(arguments: secrets) func noOtherArgumentIsKept(_ words: [String]) {
        let text = Self.text(words)
        #expect(!text.contains("SECRET") && text.hasSuffix("..."), "\(text)")
    }

    /// So that a recording answers as its node did.
    @Test(arguments: secrets + [["python3", "-u", "-m", "a.b", "c"], ["python3", "a.py"]])
    func whatIsKeptStaysAsItIs(_ words: [String]) {
        let text = Self.text(words)
        #expect(Self.text(text.split(separator: " ").map(String.init)) == text)
    }

    /// As /proc has it.
    private static func text(_ words: [String]) -> String {
        StartedProgram.text(words.flatMap { Array($0.utf8) + [0] })
    }
}
