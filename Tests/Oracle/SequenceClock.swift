import Synchronization

/// The two clocks of a sequence; only the harness moves them.
package final class SequenceClock: Sendable {
    private let hands: Mutex<(wall: Int64, monotonic: Int64)>

    package init(wall: Int64) { hands = Mutex((wall, 1000)) }

    /// UTC seconds.
    package var wall: Int64 { hands.withLock { $0.wall } }
    package var monotonic: Int64 { hands.withLock { $0.monotonic } }

    func pass(seconds: Int64) { hands.withLock { $0 = ($0.wall + seconds, $0.monotonic + seconds) } }
    func step(wall seconds: Int64) { hands.withLock { $0.wall += seconds } }
}

/// Rule 16: what the daemon may believe of the wall clock.
struct ClockReading {
    private var last: (wall: Int64, monotonic: Int64)?
    private var sound: (wall: Int64, monotonic: Int64) = (0, 0)
    private var drifted: Int64?
    private(set) var now: Int64 = 0

    var trusted: Bool { drifted == nil }

    mutating func read(wall: Int64, monotonic: Int64) {
        if let last, abs((wall - last.wall) - (monotonic - last.monotonic)) > 300 {
            drifted = monotonic
        } else if let since = drifted, monotonic - since >= 600 {
            drifted = nil
        }
        last = (wall, monotonic)
        if trusted { sound = (wall, monotonic) }
        now = max(wall, sound.wall + monotonic - sound.monotonic)
    }
}
