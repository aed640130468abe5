import Foundation
import Inventory
import Synchronization

/// The wall clock, watched by a monotonic one.
final class DaemonClock: Sendable {
    private let start = ContinuousClock.now
    private let watch = Mutex(ClockWatch())

    var now: Now {
        if let hands = Stepped.hands {
            return watch.withLock { $0.read(wall: hands.wall, monotonic: hands.monotonic) }
        }
        let monotonic = start.duration(to: .now).components.seconds
        let wall = Instant(seconds: Int64(Date.now.timeIntervalSince1970))
        return watch.withLock { $0.read(wall: wall, monotonic: monotonic) }
    }
}
