/// What the work results in; nil when it takes longer. It goes on all the same.
func result<Value: Sendable>(
    within limit: Duration, of work: @escaping @Sendable () async -> Value
) async -> Value? {
    let (stream, continuation) = AsyncStream<Value>.makeStream()
    Task {
        continuation.yield(await work())
        continuation.finish()
    }
    let timer = Task {
        try? await Task.sleep(for: limit)
        continuation.finish()
    }
    defer { timer.cancel() }
    for await value in stream { return value }
    return nil
}
