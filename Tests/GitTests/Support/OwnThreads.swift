import Dispatch

/// Threads for a test that measures time: other tests run programs on Swift's few, and block them meanwhile.
final class OwnThreads: TaskExecutor {
    private let queue = DispatchQueue(label: "own-threads", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
