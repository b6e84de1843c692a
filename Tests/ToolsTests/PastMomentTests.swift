import Testing
import Tools

@Suite struct PastMomentTests {
    /// 2026-11-22T04:00:00Z
    static let now: Int64 = 1_795_320_000_000_000

    @Test func durationsCountBackFromNow() {
        #expect(PastMoment.microseconds("90s", now: Self.now) == Self.now - 90_000_000)
        #expect(PastMoment.microseconds("2w", now: Self.now) == Self.now - 1_209_600_000_000)
    }

    @Test("a duration that is longer than all time since 1970 begins in 1970", arguments: ["s", "m", "h", "d", "w"])
    func longDurations(_ unit: String) {
        let moment = PastMoment.microseconds("999999999\(unit)", now: Self.now)
        #expect(moment == (unit == "s" ? Self.now - 999_999_999_000_000 : 0))
    }
}
