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

    @Test func `durations add up, fractions are cut off`() {
        let start = Instant(seconds: 100)
        #expect(start.advanced(by: .milliseconds(1900)) == Instant(seconds: 101))
        #expect(start.duration(to: Instant(seconds: 40)) == .seconds(-60))
        #expect(start < Instant(seconds: 101))
    }
}
