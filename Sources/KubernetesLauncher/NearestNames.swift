/// Finds what somebody may have meant.
enum NearestNames {
    /// Up to three of `names` that are close to `wanted`, nearest first.
    static func of(_ wanted: String, among names: [String]) -> [String] {
        let limit = max(2, wanted.utf8.count / 3)
        let near = names.compactMap { name -> (name: String, distance: Int)? in
            let contains = name.hasPrefix(wanted) || wanted.hasPrefix(name)
            let distance = contains ? 0 : distance(Array(wanted.utf8), Array(name.utf8))
            return distance <= limit ? (name, distance) : nil
        }
        return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
    }

    /// The least number of insertions, deletions and replacements that make `second` of `first`.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var previous = Array(0...second.count)
        for (row, left) in first.enumerated() {
            var current = [row + 1]
            for (column, right) in second.enumerated() {
                let replaced = previous[column] + (left == right ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[second.count]
    }
}
