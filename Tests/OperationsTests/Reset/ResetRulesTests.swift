import Operations
import Snapshots
import Testing

@Suite struct ResetRulesTests {
    static let uuid = "GPU-8d7f0000-0000-0000-0000-000000000001"

    /// An H100 that the driver wants reset and nobody uses.
    static func facts(_ method: ResetMethod = .driver) -> ResetFacts {
        var facts = ResetFacts(
            method: method, gpu: ResetTarget(index: 0, uuid: uuid, busID: FakeKernel.gpu, name: "H100", minor: 0),
            driverAnswers: true,
            slot: PCISlot(
                driver: .value("nvidia"), bridge: FakeKernel.bridge, neighbours: .value([]), isAllOnes: .value(false),
                hasUnbindLock: true, resetMethods: .value(["flr", "bus"]), hasReset: true, hasBusReset: true),
            node: NodeFactsForReset(
                isRoot: true, hasTool: true, fabricManagerRuns: .value(true), nvSwitchCount: .value(4),
                scheduling: .cordoned))
        facts.looks = [ClientLook(), ClientLook(atMicroseconds: 2_000_000)]
        facts.persistence = .value(false)
        facts.architecture = .value(9)
        facts.links.activeCount = .value(18)
        facts.links.switchLinkCount = 18
        facts.migMode = .value(ModePair())
        facts.migDevices = .value([])
        facts.virtualization = .value(0)
        facts.recoveryAction = .value(1)
        facts.lastReset = .none
        return facts
    }

    /// The same where the driver no longer answers.
    static func deadFacts() -> ResetFacts {
        var facts = facts(.bus)
        facts.driverAnswers = false
        facts.looks = facts.looks.map { look in
            var look = look
            look.driverGap = "the driver does not answer for this GPU"
            return look
        }
        for path in [\ResetFacts.persistence] { facts[keyPath: path] = .unavailable(.notRead) }
        facts.virtualization = .unavailable(.notRead)
        facts.recoveryAction = .unavailable(.notRead)
        facts.architecture = .unavailable(.notRead)
        facts.links = LinkNeighbours()
        facts.migDevices = .value([])
        facts.node.nvSwitchCount = .value(0)
        return facts
    }

    @Test(arguments: [ResetMethod.driver, .bus]) func nothingStandsAgainstIt(_ method: ResetMethod) {
        #expect(ResetPlan(Self.facts(method)).obstacles.isEmpty)
    }

    @Test func theKernelPathNeedsForceForWhatIsNotKnown() {
        let plan = ResetPlan(Self.deadFacts())
        #expect(plan.facts.path == .kernel)
        #expect(plan.obstacles.map(\.name) == ["nvlink"])
        #expect(ResetPlan(Self.deadFacts(), isForced: true).obstacles.isEmpty)
    }

    @Test(arguments: RefusalCase.all) func refuses(_ refusal: RefusalCase) throws {
        var facts = Self.facts(refusal.method)
        refusal.change(&facts)
        let plan = ResetPlan(facts)
        let found = try #require(plan.obstacles.first { $0.name == refusal.precondition })
        #expect(found.found.contains(refusal.reason), "\(found.found)")
        #expect(found.remedy?.contains(refusal.remedy) == true, "\(found.remedy ?? "")")
        let forced = ResetPlan(facts, isForced: true)
        #expect(forced.obstacles.contains { $0.name == refusal.precondition } != refusal.isLiftedByForce)
        #expect(forced.lifted.contains { $0.name == refusal.precondition } == refusal.isLiftedByForce)
    }

    @Test(arguments: RefusalCase.withoutDriver) func refusesWithoutTheDriver(_ refusal: RefusalCase) throws {
        var facts = Self.deadFacts()
        refusal.change(&facts)
        let plan = ResetPlan(facts, isForced: !refusal.isLiftedByForce)
        let found = try #require(plan.obstacles.first { $0.name == refusal.precondition })
        #expect(found.found.contains(refusal.reason), "\(found.found)")
        #expect(found.remedy?.contains(refusal.remedy) == true, "\(found.remedy ?? "")")
    }

    @Test func persistencedIsNoObstacleWhileItOnlyKeepsPersistenceModeOn() {
        var facts = Self.facts()
        facts.persistence = .value(true)
        facts.looks[0].clients = [RefusalCase.client("nvidia-persiste")]
        facts.looks[1].clients = facts.looks[0].clients
        // The name can be anybody's.
        #expect(ResetPlan(facts).obstacles.map(\.name) == ["clients"])
        for index in 0..<2 { facts.looks[index].clients[0].isPersistenceDaemon = true }
        let plan = ResetPlan(facts)
        #expect(plan.obstacles.isEmpty)
        #expect(plan.order.hasPersistence)
        #expect(
            plan.steps.contains { $0.contains("-pm 0") } && plan.steps.contains { $0.contains("persistence mode on") })
    }

    /// Its generation is known by the boards beside it.
    @Test func aLostGPUAtSwitchesCanBeResetByTheKernel() {
        var facts = Self.deadFacts()
        facts.node.nvSwitchCount = .value(4)
        facts.architecture = .value(9)
        #expect(ResetPlan(facts).obstacles.isEmpty)
        facts.architecture = .value(7)
        #expect(ResetPlan(facts).obstacles.isEmpty)
    }

    @Test func withoutNVLinksNoGenerationMatters() {
        var facts = Self.facts()
        facts.architecture = .value(5)
        facts.links = LinkNeighbours()
        (facts.links.count, facts.links.activeCount) = (.value(0), .value(0))
        facts.node.nvSwitchCount = .value(0)
        #expect(ResetPlan(facts).obstacles.isEmpty)
        // A card with room for a bridge, alone.
        facts.links.count = .value(4)
        #expect(ResetPlan(facts).obstacles.isEmpty)
    }

    @Test func switchErrorsMatterWhereThereAreSwitches() {
        func found(_ change: (inout ResetFacts) -> Void) -> ResetPrecondition? {
            var facts = Self.facts()
            change(&facts)
            return ResetPlan(facts).preconditions.first { $0.name == "nvswitch_errors" }
        }
        let none = found { $0.switchFaults = .value([]) }
        #expect(none == nil)
        let unread = found { $0.switchFaults = .unavailable(.noPermission) }
        #expect(unread?.verdict == .unknown && unread?.weight == .note)
        let withoutSwitches = found { $0.node.nvSwitchCount = .value(0) }
        #expect(withoutSwitches == nil)
    }

    @Test func listsThatWereNotReadAreNotClaimed() throws {
        let whole = try #require(ResetPlan(Self.facts()).preconditions.first { $0.name == "clients" })
        #expect(whole.verdict == .holds && whole.found.contains("no client in NVML's lists"))
        let dead = try #require(ResetPlan(Self.deadFacts()).preconditions.first { $0.name == "clients" })
        #expect(dead.verdict == .holds && dead.found.contains("NVML's lists were not read: the driver does not answer"))
    }

    @Test func whatIsOutstandingIsAReasonToo() {
        var facts = Self.facts()
        facts.recoveryAction = .value(0)
        facts.pending = ["row remapping"]
        #expect(ResetPlan(facts).obstacles.isEmpty)
    }

    @Test func aReasonThatNobodyKnowsIsNone() {
        var facts = Self.facts()
        facts.recoveryAction = .unavailable(.notSupported)
        #expect(ResetPlan(facts).obstacles.map(\.name) == ["recovery_action"])
        #expect(ResetPlan(facts).obstacles.first?.verdict == .unknown)
        #expect(ResetPlan(facts, isForced: true).lifted.map(\.name) == ["recovery_action"])
        facts.pending = ["row remapping"]
        #expect(ResetPlan(facts).obstacles.isEmpty)
    }

    @Test func earlierResetsThatNobodyKnowsAreSaidToBeUnknown() {
        var facts = Self.facts()
        facts.lastReset = .unknown
        let guarding = ResetPlan(facts).preconditions.first { $0.name == "loop_guard" }
        #expect(guarding?.verdict == .unknown)
        #expect(ResetPlan(facts).obstacles.isEmpty)
    }

    @Test func anHourLaterTheLoopGuardIsSilent() {
        var facts = Self.facts()
        facts.lastReset = .secondsAgo(3_600)
        #expect(ResetPlan(facts).obstacles.isEmpty)
    }

    @Test func whatIsUnknownButHarmlessIsShown() throws {
        var facts = Self.facts()
        facts.node.scheduling = .unknown
        facts.lastReset = .unknown
        let plan = ResetPlan(facts)
        #expect(plan.obstacles.isEmpty)
        let scheduling = try #require(plan.preconditions.first { $0.name == "scheduling" })
        #expect(scheduling.found.hasPrefix("unknown"))
    }

    @Test func whatConfidentialComputingNeedsAfterwardsIsSaid() throws {
        var facts = Self.facts()
        var state = ConfidentialComputing()
        facts.confidentialComputing = .value(state)
        #expect(!ResetPlan(facts).preconditions.contains { $0.name == "confidential_computing" })
        state.isOn = true
        facts.confidentialComputing = .value(state)
        let plan = ResetPlan(facts)
        #expect(plan.obstacles.isEmpty)
        let note = try #require(plan.preconditions.first { $0.name == "confidential_computing" })
        #expect(note.remedy?.contains("conf-compute -srs 1") == true)
        #expect(plan.fingerprint != ResetPlan(Self.facts()).fingerprint)
    }

    @Test func everyRefusalHasARemedy() {
        for refusal in RefusalCase.all {
            var facts = Self.facts(refusal.method)
            refusal.change(&facts)
            for obstacle in ResetPlan(facts).obstacles {
                #expect(obstacle.remedy?.isEmpty == false, "\(refusal.name): \(obstacle.name)")
            }
        }
    }

    @Test func anotherFactIsAnotherPlan() {
        let base = ResetPlan(Self.facts()).fingerprint
        #expect(ResetPlan(Self.facts()).fingerprint == base)
        #expect(ResetPlan(Self.facts(), isForced: true).fingerprint != base)
        let changes: [@Sendable (inout ResetFacts) -> Void] = [
            { $0.gpu.uuid = "GPU-2" }, { $0.gpu.minor = 1 }, { $0.persistence = .value(true) }, { $0.method = .bus },
            { $0.slot.driver = .value("") }, { $0.migDevices = .value(["MIG-2"]) }, { $0.recoveryAction = .value(4) },
            { $0.looks[1].clients = [RefusalCase.client("python3")] }, { $0.slot.bridge = nil },
            { $0.otherJobs = [RefusalCase.client("python3")] },
            { $0.looks[1].otherHolders = [RefusalCase.client("python3")] },
        ]
        for change in changes {
            var facts = Self.facts()
            change(&facts)
            #expect(ResetPlan(facts).fingerprint != base)
        }
        var later = Self.facts()
        later.looks[1].atMicroseconds = 2_000_099
        later.lastReset = .secondsAgo(9_999)
        #expect(ResetPlan(later).fingerprint == base)
    }

    /// A pod that loads data starts processes all the time.
    @Test func aPodOnAnotherGPUIsOneFactForTheDriverAndManyForTheBus() {
        func fingerprint(_ method: ResetMethod, _ pid: Int32, _ owner: String) -> String {
            var facts = Self.facts(method)
            var job = RefusalCase.client("python3", owner: owner)
            job.pid = pid
            facts.otherJobs = [job]
            return ResetPlan(facts).fingerprint
        }
        #expect(fingerprint(.driver, 1, "pod ml/a") == fingerprint(.driver, 2, "pod ml/a"))
        #expect(fingerprint(.driver, 1, "pod ml/a") != fingerprint(.driver, 1, "pod ml/b"))
        #expect(fingerprint(.driver, 1, "user ada") == fingerprint(.driver, 2, "user ada"))
        #expect(fingerprint(.bus, 1, "user ada") != fingerprint(.bus, 2, "user ada"))
        #expect(fingerprint(.bus, 1, "pod ml/a") != fingerprint(.bus, 2, "pod ml/a"))
    }

    /// Anybody can start processes and make files that are called like device nodes.
    @Test func aCrowdDoesNotFillThePlan() {
        var facts = Self.facts()
        let names = (0..<2_000).map { "nvidia-\($0)" + String(repeating: "x", count: 200) }
        let crowd = (0..<3_000).map { GPUClient(pid: $0, name: "python", evidence: [], nodes: names) }
        facts.otherJobs = crowd
        facts.looks[1].otherHolders = crowd
        let affected = ResetPlan(facts).affected
        #expect(affected.joined().utf8.count < 64 << 10)
        #expect(affected.contains("2984 more processes have other GPUs open"))
    }
}
