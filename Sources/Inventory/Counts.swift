import Synchronization

/// How often each of a few things happened since the process began. The lock is held for one addition.
package final class Counts<Key: Hashable & Sendable>: Sendable {
    private let counts: Mutex<[Key: Int]>

    /// - Parameter keys: counted from zero on, so that they are there before they first happen.
    package init(_ keys: [Key] = []) {
        counts = Mutex(Dictionary(keys.map { ($0, 0) }) { first, _ in first })
    }

    package func add(_ key: Key) { counts.withLock { $0[key, default: 0] += 1 } }

    package var all: [Key: Int] { counts.withLock { $0 } }
}
