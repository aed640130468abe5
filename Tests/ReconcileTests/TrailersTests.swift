import Inventory
import Testing

@testable import Reconcile

struct TrailersTests {
    @Test(arguments: [
        ("Reinstall\n\nBootlatch-For: 2h\n", Int64?.some(7200)), ("Reinstall\n\nBootlatch-For:  1h30m \nX: y\n", 5400),
        // A squash merge strings messages together: the least counts.
        ("Squash\n\nBootlatch-For: 3h\n\nanother\n\nBootlatch-For: 2h\n\nthe end", 7200),
        // Somebody wanted it to end soon.
        ("x\n\nBootlatch-For: two hours\n", 60), ("x\n\nBootlatch-For: 5s\n", 60), ("x\n\nBootlatch-For:\n", 60),
        ("x\n\nBootlatch-For: 99999999999999999999d\n", 60),
        ("Bootlatch-For 2h\n", nil), (" Bootlatch-For: 2h", nil), ("", nil),
    ])
    func `the life of an arming`(message: String, seconds: Int64?) {
        #expect(Trailers(message).limit == seconds)
    }

    @Test func `a sum of more than any number holds is no life`() {
        let long = String(repeating: "999999999999d", count: 100)
        #expect(Trailers("x\n\nBootlatch-For: \(long)\n").limit == 60)
    }

    @Test(arguments: [
        ("x\n\nBootlatch-For: 2 hours\n", "`Bootlatch-For: 2 hours` is not understood"),
        ("x\n\nBootlatch-For: 2h\n", nil), ("x\n\nBootlatch-For: 5s\n", nil), ("x", nil),
    ])
    func `a life that can't be read is told`(message: String, says: String?) {
        let misreading = Trailers(message).misreading
        #expect(says.map { misreading?.hasPrefix($0) == true } ?? (misreading == nil), "\(misreading ?? "")")
    }

    @Test func `what our own commits say`() throws {
        let trailers = Trailers(
            """
            Disable PXE for a: provisioned

            Bootlatch-Host: a
            Bootlatch-MAC: 52:54:00:12:34:01
            Bootlatch-Arming: 01A armed by d31b8423 (Ada)
            Bootlatch-MAC: 52:54:00:12:34:02
            Bootlatch-Arming: 01B armed by d31b8423 (Ada)
            Bootlatch-Reason: provisioned
            Bootlatch-Evidence: webhook: a
            Bootlatch-Evidence: webhook: b

            """)
        #expect(
            trailers.disarmed.map { "\($0.mac) \($0.arming)" } == ["52:54:00:12:34:01 01A", "52:54:00:12:34:02 01B"])
        #expect(trailers.reason == "provisioned" && trailers.all("Evidence") == ["webhook: a", "webhook: b"])
        #expect(trailers["Journal"] == nil && Trailers("no trailers\n").disarmed.isEmpty)
    }

    @Test(arguments: [(Int64(60), "1m"), (7200, "2h"), (5400, "1h30m"), (86_400, "24h"), (3661, "1h1m1s"), (0, "0s")])
    func `durations as people write them`(seconds: Int64, text: String) {
        #expect(durationText(seconds) == text)
    }
}
