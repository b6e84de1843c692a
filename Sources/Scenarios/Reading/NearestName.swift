/// The name that a mistyped one was most likely meant to be.
///
/// - Returns: nil when every name differs in more than a third of its letters, at least two.
func nearestName(to wanted: String, among names: some Sequence<String>) -> String? {
    let best = names.map { (name: $0, distance: editDistance(wanted, $0)) }.min { $0.distance < $1.distance }
    guard let best, best.distance <= max(2, wanted.utf8.count / 3) else { return nil }
    return best.name
}

/// ", did you mean ...?" where a near name exists, else the names that are possible, if they are few.
func suggestion(for wanted: String, among names: [String]) -> String {
    if let near = nearestName(to: wanted, among: names) { return "; did you mean \"\(near)\"?" }
    return names.count <= 16 ? "; known: \(names.joined(separator: ", "))" : ""
}

/// Levenshtein's distance over the first 64 bytes.
private func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8.prefix(64))
    let right = Array(right.utf8.prefix(64))
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let above = row[j + 1]
            row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
            diagonal = above
        }
    }
    return row[right.count]
}
