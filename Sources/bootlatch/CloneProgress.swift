import Git
import Logging
import Synchronization

/// Tells how far a long fetch is, every few seconds: a first clone of a large repo is no silence.
final class CloneProgress: Sendable {
    private let log: Logger
    private let next = Mutex(ContinuousClock.now + .seconds(2))

    init(log: Logger) { self.log = log }

    func received(_ progress: FetchProgress) {
        let isDue = next.withLock { next in
            guard ContinuousClock.now >= next else { return false }
            next = .now + .seconds(2)
            return true
        }
        guard isDue, progress.totalObjects > 0 else { return }
        log.info(
            "fetching",
            metadata: [
                "objects": "\(progress.receivedObjects) of \(progress.totalObjects)",
                "MB": "\(progress.receivedBytes >> 20)",
            ])
    }
}
