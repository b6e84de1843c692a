import Snapshots
import Testing

@Suite struct WallClockTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_709_210_096_789_000, "2024-02-29T12:34:56.789Z"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000Z"), (-2_208_988_800_000_000, "1900-01-01T00:00:00.000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000_000, "+010000-01-01T00:00:00.000Z"),
            (-62_167_219_200_000_001, "-000001-12-31T23:59:59.999Z"), (.max, "+294247-01-10T04:00:54.775Z"),
            (.min, "-290308-12-21T19:59:05.224Z"),
        ] as [(Int64, String)])
    func datesAreWrittenAsRFC3339(microseconds: Int64, text: String) {
        #expect(WallClock.rfc3339(microseconds) == text)
    }

    @Test(
        arguments: [
            (.min, false), (-1, false), (0, true), (253_402_300_799_999_999, true), (253_402_300_800_000_000, false),
            (.max, false),
        ] as [(Int64, Bool)])
    func onlyYearsOfFourDigitsSince1970ArePlausible(microseconds: Int64, isPlausible: Bool) {
        #expect(WallClock.plausible(microseconds) == (isPlausible ? microseconds : nil))
    }
}
