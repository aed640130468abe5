import Inventory
import Journal
import Logging
import Reconcile

extension Daemon {
    /// Polls with jitter, so that a hundred boot boxes don't ask the git server in step; backs off while it fails.
    func pollLoop() async {
        var failures = 0
        let clone = CloneProgress(log: log)
        while !Task.isCancelled {
            let report = await reconciler.reconcile(progress: { clone.received($0) })
            if report.failure == nil {
                failures = 0
                if !report.commits.isEmpty {
                    log.info(
                        "reconciled",
                        metadata: [
                            "tip": "\(report.tip?.short ?? "")", "commits": "\(report.commits.count)",
                            "changed": "\(report.changed.count)",
                        ])
                }
                owed.wake()
            } else {
                failures = min(failures + 1, 5)
            }
            let pause = Duration.seconds(settings.interval) * Double.random(in: 0.9...1.1) * Double(1 << failures)
            guard await poll.wait(atMost: min(pause, .seconds(max(600, settings.interval)))) else { return }
        }
    }

    /// Pays what the repo is owed: waits a window so that many reports become one push. How long a remote that refuses is left alone,
    /// the writer knows.
    func writeLoop() async {
        while await owed.wait(atMost: writeBack.pause) {
            if settings.window > 0 { try? await Task.sleep(for: .seconds(settings.window)) }
            do {
                _ = try await writeBack.flush()
            } catch {
                if Task.isCancelled { return }
                log.warning("nothing written back yet", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Records deadlines that passed, reads the clocks, and finds out early when the journal can't be written.
    func beatLoop() async {
        while !Task.isCancelled {
            do {
                if try await journal.probe() {
                    owed.wake()
                    poll.wake()
                }
                if try await !journal.sweep(at: clock.now).isEmpty { owed.wake() }
            } catch {
                log.debug("journal", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(5))
        }
    }
}
