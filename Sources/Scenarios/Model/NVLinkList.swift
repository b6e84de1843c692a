internal import JSON

/// How the links of a GPU are written: what all have in common (`all_links`), and what single ones (`links`) differ in.
enum NVLinkList {
    /// More than any header allows for.
    private static let most = 64

    static func read(_ reader: inout ObjectReader, count: Int) throws(ScenarioError) -> [NVLinkReadings] {
        guard (0...most).contains(count) else {
            throw ScenarioError("must be between 0 and \(most)", at: reader.place("link_count"))
        }
        let common = reader.take("all_links") ?? .object(JSONObject())
        let special = try reader.array("links")
        var overrides: [Int: (value: JSONValue, path: String)] = [:]
        for (position, value) in special.enumerated() {
            let path = "\(reader.place("links"))[\(position)]"
            guard let link = value["link"]?.intValue, (0..<count).contains(Int(link)) else {
                throw ScenarioError("expected \"link\" between 0 and \(count - 1)", at: path)
            }
            overrides[Int(link)] = (value, path)
        }
        return try read(count, common, at: reader.place("all_links"), overrides)
    }

    private static func read(
        _ count: Int, _ common: JSONValue, at path: String, _ overrides: [Int: (value: JSONValue, path: String)]
    ) throws(ScenarioError) -> [NVLinkReadings] {
        // Most links are alike: they are read once.
        let plain = try NVLinkReadings(reading: ScenarioMerge.each(common, 0), at: path)
        let same = ScenarioMerge.isSame(common)
        var links: [NVLinkReadings] = []
        for link in 0..<count {
            let base = ScenarioMerge.each(common, link)
            if let special = overrides[link] {
                let merged = ScenarioMerge.merge(base, with: special.value)
                links.append(try NVLinkReadings(reading: merged, at: special.path))
            } else {
                links.append(same ? plain : try NVLinkReadings(reading: base, at: path))
            }
        }
        return links
    }
}
