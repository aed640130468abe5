import Inventory
import Testing

struct ClockWatchTests {
    private let start: Int64 = 1_800_000_000

    @Test func `a steady clock is believed`() {
        var watch = ClockWatch()
        for second: Int64 in [0, 5, 3600, 90_000] {
            #expect(
                watch.read(wall: Instant(seconds: start + second), monotonic: second)
                    == Now(Instant(seconds: start + second)))
        }
    }

    @Test(arguments: [300, -300] as [Int64])
    func `five minutes are no jump`(drift: Int64) {
        var watch = ClockWatch()
        _ = watch.read(wall: Instant(seconds: start), monotonic: 0)
        #expect(watch.read(wall: Instant(seconds: start + 10 + drift), monotonic: 10).trusted)
    }

    @Test func `a clock that is set ahead is not believed for ten steady minutes`() {
        var watch = ClockWatch()
        _ = watch.read(wall: Instant(seconds: start), monotonic: 0)
        let jumped = start + 86_400
        #expect(
            watch.read(wall: Instant(seconds: jumped + 10), monotonic: 10)
                == Now(Instant(seconds: jumped + 10), trusted: false))
        #expect(!watch.read(wall: Instant(seconds: jumped + 609), monotonic: 609).trusted)
        #expect(watch.read(wall: Instant(seconds: jumped + 610), monotonic: 610) == Now(Instant(seconds: jumped + 610)))
    }

    @Test func `a clock that is set back can't bring a deadline back`() {
        var watch = ClockWatch()
        _ = watch.read(wall: Instant(seconds: start), monotonic: 0)
        let now = watch.read(wall: Instant(seconds: start - 86_400), monotonic: 10)
        #expect(now == Now(Instant(seconds: start + 10), trusted: false))
        #expect(
            watch.read(wall: Instant(seconds: start - 86_300), monotonic: 110)
                == Now(Instant(seconds: start + 110), trusted: false))
    }

    @Test func `a second jump begins the ten minutes again`() {
        var watch = ClockWatch()
        _ = watch.read(wall: Instant(seconds: start), monotonic: 0)
        _ = watch.read(wall: Instant(seconds: start + 1000), monotonic: 10)
        _ = watch.read(wall: Instant(seconds: start + 10_000), monotonic: 500)
        #expect(!watch.read(wall: Instant(seconds: start + 10_599), monotonic: 1099).trusted)
        #expect(watch.read(wall: Instant(seconds: start + 10_600), monotonic: 1100).trusted)
    }
}
