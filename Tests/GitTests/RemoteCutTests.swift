import Foundation
import Git
import GitServers
import Synchronization
import Testing

/// Servers that die in the middle of what they say or hear.
@Suite(.enabled(if: has("python3"), "python3 is not installed: it cuts connections"))
struct RemoteCutTests {
    private let origin: Origin
    private let mirror: Mirror

    init() throws {
        origin = try Origin()
        mirror = try Mirror()
    }

    @Test(arguments: [RemoteTests.Route.daemon, .http])
    func `a fetch that breaks in the middle of its pack leaves the mirror as it was, without remains`(
        route: RemoteTests.Route
    ) async throws {
        let first = try origin.commit(["a": "1"])
        let (_, server) = try route.remote(to: origin)
        let port = try #require(server?.port)
        let direct = Remote(try address(route, port))
        _ = try await fetch(direct)
        let second = try origin.commit(["large": incompressible(300_000)])
        let limits = [1, 40, 300, 700, 2_000, 50_000, 150_000, 200_000]
        let cut = try Server.cutting(port, "down", limits)
        let remote = Remote(try address(route, cut.port))
        for _ in limits {
            await #expect(throws: GitError.self) { try await fetch(remote) }
            #expect(try await mirror.repository.tip(of: Remote.trackingRef("main")) == first)
        }
        #expect(try await fetch(remote) == second)
        #expect(try await mirror.repository.changes(from: first, to: second).count == 1)
        let packs = try FileManager.default.contentsOfDirectory(atPath: "\(mirror.path)/objects/pack")
        #expect(packs.allSatisfy { $0.hasSuffix(".pack") || $0.hasSuffix(".idx") }, "\(packs)")
    }

    @Test(arguments: [RemoteTests.Route.daemon, .http])
    func `a fetch that takes longer than its deadline ends well while enough is received`(
        route: RemoteTests.Route
    ) async throws {
        let tip = try origin.commit(["large": incompressible(5_000_000)])
        let (_, server) = try route.remote(to: origin)
        let slow = try Server.slow(try #require(server?.port), bytesPerSecond: 1_000_000)
        let remote = Remote(try address(route, slow.port))
        let path = mirror.path
        func fetch(leastRate: Int?) async throws -> ObjectID {
            try await remote.fetch(
                into: path, branch: "main", deadline: .seconds(3), leastRate: leastRate
            ).commit
        }
        for rate in [nil, 100_000_000] {
            let error = await #expect(throws: GitError.self) { try await fetch(leastRate: rate) }
            #expect(error?.description.contains("did not answer within 3 s") == true, "\(error as Any)")
        }
        #expect(try await fetch(leastRate: Remote.leastRate) == tip)
    }

    @Test(arguments: [RemoteTests.Route.daemon, .http])
    func `a server that begins well, and drips in the middle of its pack, is not waited for`(
        route: RemoteTests.Route
    ) async throws {
        _ = try origin.commit(["large": incompressible(300_000)])
        let (_, server) = try route.remote(to: origin)
        let slow = try Server.dripping(try #require(server?.port), bytesPerSecond: 500, after: 100_000)
        let remote = Remote(try address(route, slow.port))
        let received = Mutex(0)
        let error = await #expect(throws: GitError.self) {
            try await remote.fetch(
                into: mirror.path, branch: "main", deadline: .seconds(1), leastRate: Remote.leastRate
            ) { progress in received.withLock { $0 = progress.receivedBytes } }
        }
        #expect(error?.description.contains("did not answer within 1 s") == true, "\(error as Any)")
        // Of the pack's 300,000.
        #expect((1..<150_000).contains(received.withLock { $0 }))
        #expect(try await mirror.repository.tip(of: Remote.trackingRef("main")) == nil)
    }

    @Test func `a push whose pack breaks off moves nothing, and the next one does`() async throws {
        let base = try origin.commit(["a": "1"])
        let server = try Server.gitDaemon(origin.path)
        _ = try await fetch(Remote(try address(.daemon, server.port)))
        let commit = try await mirror.commit("large", incompressible(200_000), on: base)
        for limit in [300, 5_000, 100_000] {
            let cut = try Server.cutting(server.port, "up", [limit])
            let remote = Remote(try address(.daemon, cut.port))
            let error = await #expect(throws: GitError.self) { try await push(commit, base, remote) }
            #expect(error?.description.contains("cannot reach") == true, "\(error as Any)")
            #expect(try origin.id("main") == base)
        }
        #expect(try await push(commit, base, Remote(try address(.daemon, server.port))) == .accepted(tip: commit))
        #expect(try origin.git("fsck", "--strict", "--no-dangling") == "")
    }

    @Test func `a push whose answer is lost is found to have arrived`() async throws {
        let base = try origin.commit(["a": "1"])
        let server = try Server.gitDaemon(origin.path)
        _ = try await fetch(Remote(try address(.daemon, server.port)))
        let commit = try await mirror.commit("a", "2", on: base)
        // The hook runs when the branch has moved, and what is said after the refs never comes.
        let told = try origin.git("ls-remote", ".").utf8.count
        let cut = try Server.cutting(server.port, "down", [told + 180])
        let outcome = try await push(commit, base, Remote(try address(.daemon, cut.port)))
        #expect(outcome == .accepted(tip: commit))
        #expect(try origin.id("main") == commit)
    }

    private func address(_ route: RemoteTests.Route, _ port: Int) throws -> RemoteAddress {
        try RemoteAddress(
            route == .http ? "http://127.0.0.1:\(port)/open/origin.git" : "git://127.0.0.1:\(port)/origin.git")
    }

    private func fetch(_ remote: Remote) async throws -> ObjectID {
        try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20)).commit
    }

    private func push(_ commit: ObjectID, _ base: ObjectID, _ remote: Remote) async throws -> PushOutcome {
        try await remote.push(commit, from: mirror.path, to: "main", expecting: base, deadline: .seconds(20))
    }
}
