/// How far apart two spellings are.
package enum EditDistance {
    /// How many bytes must be inserted, removed or replaced to make one text of the other (Levenshtein). Takes time in
    /// proportion to the product of the lengths: callers limit them.
    package static func between(_ left: some Sequence<UInt8>, _ right: some Collection<UInt8>) -> Int {
        var row = Array(0...right.count)
        for (i, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (byte == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
