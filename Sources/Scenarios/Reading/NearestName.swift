internal import Spelling

/// The name that a mistyped one was most likely meant to be.
///
/// - Returns: nil when every name differs in more than a third of its letters, at least two.
func nearestName(to wanted: String, among names: some Sequence<String>) -> String? {
    let letters = wanted.utf8.prefix(64)
    let best = names.map { (name: $0, distance: EditDistance.between(letters, $0.utf8.prefix(64))) }
        .min { $0.distance < $1.distance }
    guard let best, best.distance <= max(2, wanted.utf8.count / 3) else { return nil }
    return best.name
}

/// ", did you mean ...?" where a near name exists, else the names that are possible, if they are few.
func suggestion(for wanted: String, among names: [String]) -> String {
    if let near = nearestName(to: wanted, among: names) { return "; did you mean \"\(near)\"?" }
    return names.count <= 16 ? "; known: \(names.joined(separator: ", "))" : ""
}
