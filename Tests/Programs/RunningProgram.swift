import Foundation
import Glibc
import Synchronization

/// A program that a test started; it is killed with the last reference to it.
package final class RunningProgram: Sendable {
    private final class State: Sendable {
        let end = Mutex<ProgramEnd?>(nil)
    }

    package let pid: pid_t
    private let state = State()
    private let ending: AsyncStream<Void>

    /// - Parameter descriptors: ours, by the number under which the program finds them. They stay the caller's to close.
    package init(
        _ arguments: [String], environment: [String: String], descriptors: [Int32: Int32]
    ) throws(ProgramFailed) {
        let pid = try spawn(arguments, environment: environment, descriptors: descriptors)
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        (self.pid, ending) = (pid, stream)
        Thread.detachNewThread { [state] in
            // Reaped under the lock: until then nobody else gets its id, so no signal reaches a stranger.
            var info = siginfo_t()
            while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
            state.end.withLock { $0 = reap(pid) }
            continuation.finish()
        }
    }

    deinit { send(SIGKILL) }

    package var isRunning: Bool { state.end.withLock { $0 } == nil }

    package func send(_ signal: Int32) { state.end.withLock { if $0 == nil { kill(pid, signal) } } }

    /// Waits for its end. One task may ask.
    @discardableResult
    package func ended() async -> ProgramEnd? {
        for await _ in ending {}
        return state.end.withLock { $0 }
    }
}
