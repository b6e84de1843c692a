/// Why a tool's arguments cannot be used, in words that tell a model what to do next.
struct ArgumentFault: Error, Equatable {
    /// How many problems are told; of the others only their number is.
    static let mostTold = 5

    let message: String

    /// - Parameters:
    ///   - problems: whole sentences, the first few.
    ///   - count: how many problems there are in all.
    init(tool: String, problems: [String], of count: Int) {
        let told = problems.joined(separator: " ")
        let more = count > problems.count ? " And \(count - problems.count) more." : ""
        message = "\(tool) was not run. \(told)\(more) Call \(tool) again with this corrected."
    }
}
