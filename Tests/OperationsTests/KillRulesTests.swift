import Operations
import Snapshots
import Testing

@Suite struct KillRulesTests {
    @Test(arguments: KillRefusal.all) func refusesWithReasonAndRemedy(_ row: KillRefusal) throws {
        let refusal = try #require(KillRules.refusal(for: row.holder, in: row.scene))
        #expect(refusal.reason == row.reason)
        #expect(refusal.remedy.contains(row.remedy), "\(refusal.remedy)")
        #expect(!refusal.message.isEmpty)
        #expect(refusal.subject?.contains("\(row.holder.pid)") == true)
    }

    @Test(arguments: [
        gpuHolder(), gpuHolder("pt_main_thread", program: "python3.12"), gpuHolder(pod: trainer, owner: inPod),
        gpuHolder("nvidia-smi"), gpuHolder("initialise.sh", program: "bash"),
        gpuHolder(owner: .userSession(uid: 1_000)),
        gpuHolder(state: .stopped), gpuHolder(state: .running), gpuHolder("systematic-trading"),
        gpuHolder(owner: .slurmJob(id: "7", step: nil)), gpuHolder("pausetest"), gpuHolder("kvm-benchmark"),
    ]) func leavesTheOrdinaryAlone(_ process: GPUHolder) {
        #expect(KillRules.refusal(for: process, in: KillScene(ownPIDs: [1, 2])) == nil)
    }

    @Test func thereAreEnoughCases() { #expect(KillRefusal.all.count >= 60) }
}
