internal import JSON

/// The schema of the form that all answers of tools that change a node have.
enum OperatorSchema {
    /// - Parameters:
    ///   - plan: members of the plan.
    ///   - result: members of what the action itself tells.
    ///   - state: members of what is read before and after.
    static func object(
        plan: [(String, JSONValue)], result: [(String, JSONValue)], state: [(String, JSONValue)]
    ) -> JSONValue {
        let head = AnswerSchema.head.map { key, schema in
            key == "status" ? (key, Schema.choice(["success", "partial", "error"], "See outcome")) : (key, schema)
        }
        return Schema.object(
            head + [
                ("outcome", Schema.choice(OperatorAnswer.Outcome.allCases.map(\.rawValue))),
                ("acted", Schema.boolean("false: nothing was changed")),
                ("plan_id", Schema.string("Give it as confirm after the person has agreed")),
                ("expires_at", Schema.string("RFC 3339; later the plan cannot be confirmed")),
                ("plan", Schema.object(plan)),
                ("refusals", refusals),
                ("earlier_actions", earlier),
                ("steps", Schema.array(Schema.object(Schema.properties(Schema.string(), "step", "began_at")))),
                ("result", Schema.object(result)),
                ("before", Schema.object(state)),
                ("after", Schema.object(state)),
                ("as_expected", Schema.boolean("false: what was read afterwards is not what the action said")),
                (
                    "audit",
                    Schema.object([("sequence", Schema.integer()), ("sha256", Schema.string("Of the result's entry"))])
                ),
                ("next", Schema.array(Schema.string(), "What to do now")),
            ],
            required: ["status", "node", "source", "collected_at", "summary", "outcome", "acted"])
    }

    /// The argument by which a plan is confirmed.
    static let confirm = Schema.string(
        "Only for clients that cannot ask their user: the plan_id of a plan that the person has seen and agreed to")

    private static let refusals = Schema.array(
        Schema.object(
            Schema.properties(Schema.string(), "reason", "subject", "message", "remedy"),
            required: ["reason", "message", "remedy"]), "Why it is refused, each with what to do instead")

    private static let earlier = Schema.array(
        Schema.object(
            Schema.properties(Schema.string(), "tool", "plan_id", "began_at", "last_step") + [
                ("steps", Schema.array(Schema.string())), ("in_progress", Schema.boolean()),
            ]), "Actions on the same target that began and left no result")
}
