/// Passes since the process began.
package struct PassCounts: Sendable, Equatable {
    package private(set) var good = 0
    package private(set) var failed = 0
    /// Since the last good one.
    package private(set) var failedInARow = 0

    mutating func add(isGood: Bool) {
        if isGood {
            good += 1
            failedInARow = 0
        } else {
            failed += 1
            failedInARow += 1
        }
    }
}
