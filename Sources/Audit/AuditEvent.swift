package import JSON

/// One thing that goes into the audit log.
package struct AuditEvent: Sendable, Equatable {
    /// What an entry is about. An action's entries share its plan id, and come in this order.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// What would be done, shown to whoever asked.
        case plan
        /// Nothing will be done, with the reasons.
        case refusal
        /// What the person said to the plan.
        case confirmation
        /// The action begins with the next instruction.
        case action
        /// One step of an action begins with the next instruction.
        case step
        /// The action has ended, and what it has done.
        case result
    }

    package var kind: Kind
    /// The tool's name.
    package var tool: String
    package var planID: String?
    /// What it is done to, each in one word that stays the same while the thing exists: `gpu:GPU-8d7f...`,
    /// `process:4711@8123456` (pid and start in clock ticks from boot).
    package var targets: [String]
    /// In one word: `accepted`, `declined`, `done`, `failed`.
    package var outcome: String?
    /// Name of the step; nil for other kinds.
    package var step: String?
    /// Further facts, as the answers have them.
    package var detail: JSONObject

    package init(
        _ kind: Kind, tool: String, planID: String? = nil, targets: [String] = [], outcome: String? = nil,
        step: String? = nil, detail: JSONObject = [:]
    ) {
        self.kind = kind
        self.tool = tool
        self.planID = planID
        self.targets = targets
        self.outcome = outcome
        self.step = step
        self.detail = detail
    }
}

/// Who had it done, as far as that is known.
package struct AuditActor: Sendable, Equatable {
    /// The client software's own name for itself; not verified.
    package var clientName: String?
    package var clientVersion: String?
    /// The protocol's revision, `shell` for a call from the command line.
    package var channel: String

    package init(clientName: String? = nil, clientVersion: String? = nil, channel: String) {
        self.clientName = clientName.map(Self.shortened)
        self.clientVersion = clientVersion.map(Self.shortened)
        self.channel = channel
    }

    /// Names come from outside and must not fill the log.
    private static func shortened(_ text: String) -> String { String(text.unicodeScalars.prefix(128)) }
}

/// The agent that writes, the same in all its records.
package struct AuditOrigin: Sendable, Equatable {
    package var node: String
    package var mode: String
    package var isSimulated: Bool
    /// The agent's process id in its own namespace, and its start in clock ticks from boot (proc_pid_stat(5)).
    package var agentPID: Int32
    package var agentStartTicks: UInt64?

    package init(node: String, mode: String, isSimulated: Bool, agentPID: Int32, agentStartTicks: UInt64?) {
        self.node = node
        self.mode = mode
        self.isSimulated = isSimulated
        self.agentPID = agentPID
        self.agentStartTicks = agentStartTicks
    }
}
