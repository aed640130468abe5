/// Compares the wall clock with a monotonic one, so that a jump (a dead CMOS battery, a wrong NTP server) ends no arming for good.
package struct ClockWatch: Sendable {
    /// Seconds that wall and monotonic clock may differ between two readings.
    package static let tolerance: Int64 = 300
    /// Seconds without a jump after which the wall clock is believed again.
    package static let steadyAfter: Int64 = 600

    private var last: Reading?
    private var trusted: Reading?
    private var jumpedAt: Int64?

    private struct Reading {
        var wall: Instant
        var monotonic: Int64
    }

    package init() {}

    /// Takes a reading of both clocks; `monotonic` counts seconds from any start.
    ///
    /// While the wall clock is not trusted, the answer is the later of it and of what it would have been without the jump:
    /// a clock set back can't bring a deadline back.
    package mutating func read(wall: Instant, monotonic: Int64) -> Now {
        if let last {
            let drift = (wall.seconds - last.wall.seconds) - (monotonic - last.monotonic)
            if abs(drift) > Self.tolerance { jumpedAt = monotonic }
        }
        last = Reading(wall: wall, monotonic: monotonic)
        if let at = jumpedAt, monotonic - at < Self.steadyAfter {
            let expected = trusted.map { $0.wall.seconds + monotonic - $0.monotonic } ?? wall.seconds
            return Now(Instant(seconds: max(wall.seconds, expected)), trusted: false)
        }
        jumpedAt = nil
        trusted = last
        return Now(wall)
    }
}
