import CGitTransport
import Dispatch
import Glibc
import Synchronization

/// One operation that blocks a thread in `recv`, `connect` or `poll`, and how another thread ends it: by shutting down
/// the descriptor that it waits on.
final class Operation: Sendable {
    enum Ending: Sendable {
        case timedOut
        case cancelled
    }

    private struct State {
        var ending: Ending?
        var descriptor: Int32?
        /// Since the deadline was last moved; see `progressed`.
        var progress = 0
    }

    private let state = Mutex(State())

    /// Why the operation was ended from outside, if it was.
    var ending: Ending? { state.withLock { $0.ending } }

    /// Tells how much of its work is done by now, in bytes received or what stands for them.
    func progressed(by bytes: Int) { state.withLock { $0.progress += bytes } }

    /// The progress since this was asked before.
    fileprivate func takeProgress() -> Int {
        state.withLock { state in
            defer { state.progress = 0 }
            return state.progress
        }
    }

    /// Ends the operation; the first ending counts.
    func end(_ ending: Ending) {
        state.withLock { state in
            if state.ending == nil { state.ending = ending }
            // Under the lock, so that the descriptor cannot be closed and reused meanwhile.
            if let descriptor = state.descriptor { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Shows the socket that the operation is going to wait on. False when the operation has ended already.
    func attach(_ descriptor: Int32) -> Bool {
        state.withLock { state in
            guard state.ending == nil else { return false }
            state.descriptor = descriptor
            return true
        }
    }

    /// To be called before the descriptor is closed.
    func detach(_ descriptor: Int32) {
        state.withLock { state in
            if state.descriptor == descriptor { state.descriptor = nil }
        }
    }

    /// Runs `body`, on this thread and without suspending, with all of libgit2's sockets attached to this operation.
    func observing<T: ~Copyable>(_ body: () throws(GitError) -> T) throws(GitError) -> T {
        let observer = UnsafeMutablePointer<cgit_observer>.allocate(capacity: 1)
        observer.initialize(
            to: cgit_observer(
                context: Unmanaged.passUnretained(self).toOpaque(),
                attach: { context, socket in
                    context.map { Unmanaged<Operation>.fromOpaque($0).takeUnretainedValue().attach(socket) } ?? false
                },
                detach: { context, socket in
                    context.map { Unmanaged<Operation>.fromOpaque($0).takeUnretainedValue().detach(socket) }
                }))
        cgit_observe(observer)
        defer {
            cgit_observe(nil)
            observer.deallocate()
        }
        return try body()
    }
}

/// A queue of its own, because the global ones share their few threads with Swift's pool, which may be blocked.
private let deadlines = DispatchQueue(label: "bootlatch.git.deadlines")

/// Runs `body` until it returns, the deadline passes, or this task is cancelled. `body` must end soon after its
/// operation does. `name` is who did not answer in time.
///
/// - Parameter leastRate: bytes a second. An operation that keeps to it gets the deadline anew each time it passes: a large first clone
///   may take as long as it takes, a server that drips may not (as git's `http.lowSpeedLimit`). Nil: the deadline is one for the whole.
func bounded<T: Sendable>(
    _ deadline: Duration, as name: String, leastRate: Int? = nil,
    _ body: (Operation) async throws(GitError) -> T
) async throws(GitError) -> T {
    let operation = Operation()
    end(operation, after: deadline, leastRate: leastRate)
    let result: Result<T, GitError> = await withTaskCancellationHandler {
        do throws(GitError) { return .success(try await body(operation)) } catch { return .failure(error) }
    } onCancel: {
        operation.end(.cancelled)
    }
    switch (result, operation.ending) {
    // Only a failure that the ending caused: another one may have come just before it.
    case (.failure(.cancelled), .timedOut): throw .timedOut(remote: name, after: deadline)
    default: return try result.get()
    }
}

private func end(_ operation: Operation, after deadline: Duration, leastRate: Int?) {
    let (seconds, attoseconds) = deadline.components
    let nanoseconds = Int(clamping: attoseconds / 1_000_000_000)
    let time = DispatchTime.now() + .seconds(Int(clamping: seconds)) + .nanoseconds(nanoseconds)
    deadlines.asyncAfter(deadline: time) { [weak operation] in
        guard let operation else { return }
        if let leastRate, Double(operation.takeProgress()) >= Double(leastRate) * (deadline / .seconds(1)) {
            end(operation, after: deadline, leastRate: leastRate)
        } else {
            operation.end(.timedOut)
        }
    }
}
