/// Wakes one loop; many calls before it looks are one.
struct WakeUp: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func wake() { continuation.yield() }

    /// Returns after a call of `wake`, or after the pause; false when the task is cancelled.
    func wait(atMost pause: Duration) async -> Bool {
        // The timer wakes too. Racing the stream against a timer instead would cancel its iteration, which ends an AsyncStream for
        // good: every later wait would return at once.
        let timer = Task {
            try await Task.sleep(for: pause)
            wake()
        }
        defer { timer.cancel() }
        for await _ in stream { break }
        return !Task.isCancelled
    }
}

/// Returns when the work is done or the time is over; the work goes on all the same.
func wait(atMost limit: Duration, for work: @escaping @Sendable () async -> Void) async {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    Task {
        await work()
        continuation.finish()
    }
    let timer = Task {
        try? await Task.sleep(for: limit)
        continuation.finish()
    }
    for await _ in stream {}
    timer.cancel()
}
