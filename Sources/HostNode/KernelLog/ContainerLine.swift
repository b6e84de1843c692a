internal import JSON

/// A line of Docker's json-file logs: `{"log":"...\n","stream":"stdout","time":"2026-11-22T03:14:15.1Z"}`.
struct ContainerLine {
    /// What the container printed.
    let text: String
    /// When, in microseconds since 1970-01-01 UTC; nil where that cannot be read.
    let wall: Int64?

    /// Nil for a line that is something else.
    init?(_ line: UnsafeBufferPointer<UInt8>) {
        guard line.first == UInt8(ascii: "{"), UnsafeRawBufferPointer(line).firstIndex(of: "\"log\"") != nil,
            let fields = try? JSONParser.parse(line), let text = fields["log"]?.stringValue
        else { return nil }
        self.text = text
        wall = fields["time"]?.stringValue.flatMap(Self.moment)
    }

    private static func moment(_ time: String) -> Int64? {
        var time = time
        return time.withUTF8 { bytes -> Int64? in
            var cursor = LineCursor(bytes)
            guard let found = cursor.isoDate(), let zone = found.zone else { return nil }
            return LogCalendar(now: 0).moment(found.date, zone: zone)
        }
    }
}
