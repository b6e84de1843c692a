/// Why a tool's arguments cannot be used, in words that tell a model what to do next.
struct ArgumentFault: Error, Equatable {
    let message: String

    /// - Parameters:
    ///   - problems: whole sentences, the first few of which are told.
    init(tool: String, problems: [String]) {
        let told = problems.prefix(5).joined(separator: " ")
        let more = problems.count > 5 ? " And \(problems.count - 5) more." : ""
        message = "\(tool) was not run. \(told)\(more) Call \(tool) again with this corrected."
    }
}
