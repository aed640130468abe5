import Inventory
import Synchronization

/// Which bytes of each boot's kernel went out, over all its connections. Bounded.
final class KernelProgress: Sendable {
    private struct Coverage {
        var version: String
        /// Sorted, apart from each other.
        var ranges: [Range<Int>] = []
        var isWhole = false
    }

    private let boots = Mutex(BoundedMap<Token, Coverage>())

    /// Whether this boot's kernel was not asked for before.
    func starts(_ token: Token, _ version: String) -> Bool {
        boots.withLock { boots in
            guard boots[token] == nil else { return false }
            boots[token] = Coverage(version: version)
            return true
        }
    }

    /// Adds bytes that were written; true when they complete the file, once.
    func wrote(_ range: Range<Int>, of size: Int, _ token: Token, _ version: String) -> Bool {
        boots.withLock { boots in
            var coverage = boots[token] ?? Coverage(version: version)
            // Another file under the same name: what went out of the old one doesn't count.
            if coverage.version != version { coverage = Coverage(version: version) }
            coverage.ranges.merge(range)
            let completes = !coverage.isWhole && coverage.ranges == [0..<size]
            if completes { coverage.isWhole = true }
            boots[token] = coverage
            return completes
        }
    }
}

extension [Range<Int>] {
    /// Adds a range, joined with those that it touches.
    fileprivate mutating func merge(_ range: Range<Int>) {
        var joined = range
        removeAll { other in
            guard other.lowerBound <= joined.upperBound, joined.lowerBound <= other.upperBound else { return false }
            joined = Swift.min(other.lowerBound, joined.lowerBound)..<Swift.max(other.upperBound, joined.upperBound)
            return true
        }
        // A client that asks for thousands of scattered bytes is not loading a kernel.
        guard count < 1024 else { return }
        insert(joined, at: firstIndex { $0.lowerBound > joined.lowerBound } ?? endIndex)
    }
}
