import Foundation
import Programs
import Synchronization

/// `bootlatch serve` as a process of its own, with what it logs.
final class DaemonProcess: Sendable {
    struct Failed: Error, CustomStringConvertible { var description: String }

    private struct State {
        var lines: [String] = []
        var end: ProgramEnd?
        var waiters: [Int: @Sendable () -> Void] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())
    let pid: pid_t

    /// The product that was built with these tests.
    static var program: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path + "/bootlatch"
    }

    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BOOTLATCH_") }
        variables.merge(environment) { $1 }
        let (pid, output) = try spawnToSocket(arguments, environment: variables)
        self.pid = pid
        Thread.detachNewThread { [self] in
            var rest: [UInt8] = []
            while let bytes = readSome(output) {
                rest += bytes
                while let end = rest.firstIndex(of: 10) {
                    let line = String(decoding: rest[..<end], as: UTF8.self)
                    rest.removeFirst(end + 1)
                    change { $0.lines.append(line) }
                }
            }
            close(output)
        }
        Thread.detachNewThread { [self] in
            let end = reap(pid)
            change { $0.end = end }
        }
    }

    var log: String { state.withLock { $0.lines.joined(separator: "\n") } }

    func send(_ signal: Int32) { if state.withLock({ $0.end }) == nil { kill(pid, signal) } }

    /// The first line that holds every one of these texts; waits for it.
    @discardableResult
    func line(_ texts: String..., within limit: Duration = .seconds(90)) async throws -> String {
        try await wait(limit, for: "a line with \(texts)") { state in
            state.lines.first { line in texts.allSatisfy { line.contains($0) } }
        }
    }

    @discardableResult
    func ended(within limit: Duration = .seconds(90)) async throws -> ProgramEnd {
        try await wait(limit, for: "its end") { $0.end }
    }

    private func change(_ body: @Sendable (inout State) -> Void) {
        let waiters = state.withLock { state in
            body(&state)
            return state.waiters.values
        }
        for waiter in waiters { waiter() }
    }

    /// Asks again after every change, until there is an answer.
    private func wait<Value: Sendable>(
        _ limit: Duration, for what: String, _ find: @Sendable (State) -> Value?
    ) async throws -> Value {
        let (changes, input) = AsyncStream<Bool>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.nextWaiter += 1
            state.waiters[state.nextWaiter] = { input.yield(true) }
            return state.nextWaiter
        }
        defer { state.withLock { $0.waiters[id] = nil } }
        // The deadline; a change comes first where all is well.
        let timer = Task {
            try await Task.sleep(for: limit)
            input.finish()
        }
        defer { timer.cancel() }
        input.yield(true)
        for await _ in changes {
            let (found, hasEnded) = state.withLock { (find($0), $0.end != nil) }
            if let found { return found }
            if hasEnded, what != "its end" { break }
        }
        // The last line may come after the end of the process was seen.
        if let found = state.withLock({ find($0) }) { return found }
        throw Failed(description: "the daemon \(pid) does not show \(what) within \(limit):\n\(log)")
    }
}
