import Inventory
import Testing

struct InstantTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_210_801, "2026-11-20T21:40:01Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func `an instant prints as RFC 3339`(seconds: Int64, text: String) {
        #expect(Instant(seconds: seconds).description == text)
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1), ("2000-02-29T00:00Z", 951_782_400),
            ("2026-11-20T22:40:01+01:00", 1_795_210_801), ("2026-11-20T16:10:01-05:30", 1_795_210_801),
            ("2100-03-01T00:00:00Z", 4_107_542_400), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] as [(String, Int64)])
    func `an instant is read from RFC 3339`(text: String, seconds: Int64) {
        #expect(Instant(text) == Instant(seconds: seconds))
    }

    @Test(arguments: [
        "", "2026-11-20", "2026-11-20T21:40:01", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T00:60:00Z",
        "2026-11-20T00:00:60Z", "2026-11-20T00Z", "2026-11-20 00:00:00Z", "26-11-20T00:00:00Z", "2026-1-20T00:00:00Z",
        "2026-11-20T00:00:00.5Z", "2026-11-20T00:00:00+1", "2026-11-20T00:00:00+25:00", "-026-11-20T00:00:00Z",
        "2026-11-20T00:00:00Z ", "٢٠٢٦-11-20T00:00:00Z",
    ])
    func `no instants`(text: String) { #expect(Instant(text) == nil) }

    @Test func `every day is read as it is printed`() {
        for day in stride(from: Int64(-200_000), to: 200_000, by: 37) {
            let moment = Instant(seconds: day * 86_400 + 3661)
            #expect(Instant(moment.description) == moment)
        }
    }

    @Test func `durations add up, fractions are cut off`() {
        let start = Instant(seconds: 100)
        #expect(start.advanced(by: .milliseconds(1900)) == Instant(seconds: 101))
        #expect(start.duration(to: Instant(seconds: 40)) == .seconds(-60))
        #expect(start < Instant(seconds: 101))
    }
}
