internal import JSON
internal import Snapshots

/// What has changed on one GPU since an earlier reading.
struct ECCDelta {
    let elapsedSeconds: Double
    /// Counters that rose, by how much.
    private(set) var risen: [ECCCounter] = []
    /// Counters that fell: the driver was reloaded, or the GPU reset or replaced, meanwhile.
    private(set) var fallen: [String] = []

    init(from earlier: [ECCCounter], to now: [ECCCounter], elapsedSeconds: Double) {
        self.elapsedSeconds = elapsedSeconds
        let before = Dictionary(earlier.map { ($0.name, $0.count) }, uniquingKeysWith: { first, _ in first })
        for counter in now {
            guard let old = before[counter.name] else { continue }
            if counter.count < old {
                fallen.append(counter.name)
            } else if counter.count > old {
                risen.append(ECCCounter(name: counter.name, count: counter.count - old))
            }
        }
    }

    /// As a member of a GPU's object.
    var fields: [Field] {
        var fields = [Field(key: "elapsed_s", value: .thousandths(Int64((elapsedSeconds * 1_000).rounded())))]
        fields.append(
            Field(key: "delta", value: .object(risen.map { Field(key: $0.name, value: .uint($0.count)) })))
        if elapsedSeconds > 0, !risen.isEmpty {
            let rates = risen.map { counter in
                let perHour = Double(counter.count) * 3_600 / elapsedSeconds
                return Field(
                    key: counter.name, value: .thousandths(Int64(exactly: (perHour * 1_000).rounded()) ?? .max))
            }
            fields.append(Field(key: "per_hour", value: .object(rates)))
        }
        if !fallen.isEmpty { fields.append(Field(key: "fell", value: .texts(fallen))) }
        return fields
    }

    static let schema: JSONValue = {
        let counters = Schema.object(ECCDelta.names.map { ($0, Schema.number()) })
        return Schema.object([
            ("elapsed_s", Schema.number()), ("delta", counters), ("per_hour", counters),
            (
                "fell",
                Schema.array(
                    Schema.string(),
                    "Counters that went down: a reset or a replacement, no error; their rise is unknown")
            ),
        ])
    }()

    /// Every name that a counter can have.
    private static let names: [String] =
        ["volatile", "aggregate"].flatMap { period in
            ["corrected", "uncorrected"].flatMap { kind in
                ["\(period)_\(kind)"] + ECCLocation.allCases.map { "\(period)_\(kind)_\($0.word)" }
            }
        } + [
            "remapped_rows_corrected", "remapped_rows_uncorrected", "retired_pages_single_bit",
            "retired_pages_double_bit",
        ]
}
