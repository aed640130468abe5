import Git
import GitServers
import Testing

/// Peers that never answer: each operation ends by its deadline, or when its task is cancelled.
struct OperationTests {
    static let schemes = ["git", "http", "https", "ssh"]
    private static let deadline = Duration.milliseconds(600)
    private let threads = OwnThreads()

    @Test(arguments: schemes)
    func `a silent server is left at the deadline`(scheme: String) async throws {
        let listener = try Listener(backlog: 8)
        try await expectTimeout("\(scheme)://127.0.0.1:\(listener.port)/origin.git")
    }

    @Test(arguments: [
        ("git", Array("0800".utf8)), ("http", Array("HTTP/1.1 200 OK\r\nX-Padding: ".utf8)),
        ("https", [0x16, 0x03, 0x03, 0x3f, 0xff, 0x02, 0x00, 0x3f, 0xfb, 0x03, 0x03]), ("ssh", Array("SSH-2.0-".utf8)),
    ])
    func `a server that sends one byte at a time is left at the deadline`(
        scheme: String, greeting: [UInt8]
    ) async throws {
        let listener = try Listener(backlog: 8)
        let dripper = listener.drip(greeting + Array(repeating: UInt8(ascii: "x"), count: 2_000))
        try await expectTimeout("\(scheme)://127.0.0.1:\(listener.port)/origin.git")
        withExtendedLifetime(dripper) {}
    }

    @Test(arguments: schemes)
    func `a connection that is never made is left at the deadline`(scheme: String) async throws {
        let listener = try Listener(backlog: 0)
        let clients = listener.fill()
        try await expectTimeout("\(scheme)://127.0.0.1:\(listener.port)/origin.git")
        withExtendedLifetime(clients) {}
    }

    @Test(arguments: schemes)
    func `a cancelled task ends its fetch and its push within a second`(scheme: String) async throws {
        let listener = try Listener(backlog: 8)
        let (origin, mirror) = (try Origin(), try Mirror())
        let tip = try origin.commit(["a": "1"])
        let remote = Remote(try RemoteAddress("\(scheme)://127.0.0.1:\(listener.port)/origin.git"))
        let trusting = Trust(knownHosts: try mirror.sandbox.write("", to: "known_hosts"))
        let other = Remote(remote.address, trust: trusting)
        let path = mirror.path
        let fetch = Task(executorPreference: threads) {
            _ = try await remote.fetch(into: path, branch: "main", deadline: .seconds(60))
        }
        let push = Task(executorPreference: threads) {
            _ = try await other.push(tip, from: path, to: "main", expecting: nil, deadline: .seconds(60))
        }
        // The second waits for the first, which has a connection by then.
        let waiting = Task(executorPreference: threads) {
            _ = try await remote.fetch(into: path, branch: "main", deadline: .seconds(60))
        }
        await withTaskExecutorPreference(threads) {
            await listener.connected()
            let start = ContinuousClock.now
            for task in [fetch, push, waiting] { task.cancel() }
            for task in [fetch, push, waiting] {
                await #expect(throws: GitError.cancelled) { try await task.value }
            }
            #expect(ContinuousClock.now - start < .seconds(1))
        }
    }

    @Test func `the wait for an earlier operation counts`() async throws {
        let listener = try Listener(backlog: 8)
        let mirror = try Mirror()
        let remote = Remote(try RemoteAddress("git://127.0.0.1:\(listener.port)/origin.git"))
        let path = mirror.path
        await withTaskExecutorPreference(threads) {
            let start = ContinuousClock.now
            let fetches = (0..<3).map { _ in
                Task(executorPreference: threads) {
                    _ = try await remote.fetch(into: path, branch: "main", deadline: Self.deadline)
                }
            }
            for fetch in fetches { await #expect(throws: GitError.self) { try await fetch.value } }
            #expect(ContinuousClock.now - start < Self.deadline + .seconds(1))
        }
    }

    /// Of a fetch, also of one that may go on while enough is received, and of a push.
    private func expectTimeout(_ url: String) async throws {
        let (origin, mirror) = (try Origin(), try Mirror())
        let tip = try origin.commit(["a": "1"])
        let near = Remote(try RemoteAddress(origin.path))
        _ = try await near.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        let remote = Remote(
            try RemoteAddress(url), trust: Trust(knownHosts: try mirror.sandbox.write("", to: "known_hosts")))
        await withTaskExecutorPreference(threads) {
            await expectTimeout(of: remote) {
                _ = try await remote.fetch(
                    into: mirror.path, branch: "main", deadline: Self.deadline, leastRate: Remote.leastRate)
            }
            await expectTimeout(of: remote) {
                _ = try await remote.push(tip, from: mirror.path, to: "main", expecting: nil, deadline: Self.deadline)
            }
        }
    }

    private func expectTimeout(of remote: Remote, _ body: () async throws -> Void) async {
        let timedOut = GitError.timedOut(remote: remote.address.description, after: Self.deadline)
        let start = ContinuousClock.now
        await #expect(throws: timedOut) { try await body() }
        let took = ContinuousClock.now - start
        #expect(took >= Self.deadline && took < Self.deadline + .seconds(1))
    }
}
