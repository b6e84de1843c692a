internal import ScenarioData

/// The data files that are compiled into the binary.
enum Embedded {
    /// GPU models, by file name.
    static let models = files(embedded_models)

    /// Built-in scenarios, in the order in which they are listed to users.
    static let scenarios = files(embedded_scenarios)

    private static func files(
        _ table: (UnsafeMutablePointer<Int>) -> UnsafePointer<EmbeddedFile>
    ) -> [(name: String, bytes: [UInt8])] {
        var count = 0
        let first = table(&count)
        return UnsafeBufferPointer(start: first, count: count).map { file in
            (String(cString: file.name), Array(UnsafeBufferPointer(start: file.bytes, count: file.size)))
        }
    }
}
