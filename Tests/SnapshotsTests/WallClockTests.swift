import Snapshots
import Testing

@Suite struct WallClockTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_709_210_096_789_000, "2024-02-29T12:34:56.789Z"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000Z"), (-2_208_988_800_000_000, "1900-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func datesAreWrittenAsRFC3339(microseconds: Int64, text: String) {
        #expect(WallClock.rfc3339(microseconds) == text)
    }
}
