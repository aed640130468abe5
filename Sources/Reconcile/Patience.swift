/// How long to leave a remote alone that does not take our commits: twice as long after each failure, ten minutes at most.
struct Patience {
    private static let longest = Duration.seconds(600)
    private var pause = Duration.zero
    private var end: ContinuousClock.Instant?

    /// - Parameter first: the pause after a failure that follows none.
    mutating func failed(at now: ContinuousClock.Instant, first: Duration) {
        pause = pause == .zero ? first : min(pause * 2, Self.longest)
        end = now.advanced(by: pause)
    }

    /// How long it still is left alone; nil where it is not.
    func rest(at now: ContinuousClock.Instant) -> Duration? {
        end.flatMap { now < $0 ? now.duration(to: $0) : nil }
    }

    func isOver(at now: ContinuousClock.Instant) -> Bool { end.map { now >= $0 } ?? true }
}
