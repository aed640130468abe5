import Foundation
import Git
import GitServers
import Programs
import Testing

struct RemotePushTests {
    @Test(arguments: RemoteTests.Route.allCases)
    func `a push moves the branch and is read back`(route: RemoteTests.Route) async throws {
        let lab = try await Pushing(route)
        #expect(try await lab.push() == .accepted(tip: lab.commit))
        #expect(try lab.origin.id("main") == lab.commit)
        // A new branch.
        #expect(try await lab.push(to: "bootlatch/n1", expecting: nil) == .accepted(tip: lab.commit))
        #expect(try lab.origin.id("bootlatch/n1") == lab.commit)
    }

    @Test(arguments: RemoteTests.Route.allCases)
    func `a push that comes second changes nothing`(route: RemoteTests.Route) async throws {
        let lab = try await Pushing(route)
        let theirs = try lab.origin.commit(["b": "1"])
        for expecting in [lab.base, nil] {
            #expect(try await lab.push(expecting: expecting) == .raced)
        }
        #expect(try lab.origin.id("main") == theirs)
    }

    @Test(arguments: RemoteTests.Route.allCases)
    func `a branch of our own is replaced, only where it stood as expected`(route: RemoteTests.Route) async throws {
        let lab = try await Pushing(route)
        let (first, second) = (lab.commit, try await lab.mirror.commit("a", "3", on: lab.base))
        func push(_ commit: ObjectID, expecting: ObjectID?) async throws -> PushOutcome {
            try await lab.push(commit, to: "ours", expecting: expecting, replacing: true)
        }
        #expect(try await push(first, expecting: nil) == .accepted(tip: first))
        #expect(try await push(second, expecting: lab.base) == .raced)
        #expect(try await push(second, expecting: first) == .accepted(tip: second))
        #expect(try lab.origin.id("ours") == second)
    }

    @Test(arguments: RemoteTests.Route.allCases)
    func `a hook's rejection is told with its words`(route: RemoteTests.Route) async throws {
        let lab = try await Pushing(route)
        try lab.origin.installHook("pre-receive", "echo 'main is protected, ask Ada' >&2; exit 1")
        let outcome = try await lab.push()
        guard case .rejected(let reason) = outcome else { throw ProgramFailed(description: "\(outcome)") }
        #expect(reason.contains("pre-receive hook declined"))
        #expect(reason.contains("main is protected, ask Ada"))
        #expect(try lab.origin.id("main") == lab.base)
    }

    @Test(arguments: RemoteTests.Route.allCases)
    func `a race lost inside the server is a race`(route: RemoteTests.Route) async throws {
        let lab = try await Pushing(route)
        try lab.origin.git("branch", "theirs")
        let theirs = try lab.origin.commit(["b": "1"], on: "theirs")
        // Runs after the server has told the old tip, and before it moves the ref.
        try lab.origin.installHook("pre-receive", "env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main \(theirs)")
        #expect(try await lab.push() == .raced)
        #expect(try lab.origin.id("main") == theirs)
    }

    @Test(arguments: RemoteTests.Route.allCases)
    func `a push on top of ours still counts as accepted`(route: RemoteTests.Route) async throws {
        let lab = try await Pushing(route)
        try lab.origin.installHook(
            "post-receive",
            """
            read old new ref
            next=$(echo later | git -c user.name=x -c user.email=x commit-tree $new^{tree} -p $new)
            git update-ref refs/heads/main $next
            """)
        let outcome = try await lab.push()
        #expect(try lab.origin.id("main~1") == lab.commit)
        #expect(outcome == .accepted(tip: try lab.origin.id("main")))
    }

    @Test func `a daemon that is read-only is an error that says so`() async throws {
        let origin = try Origin()
        let server = try Server.gitDaemon(origin.path, writable: false)
        let remote = Remote(try RemoteAddress("git://127.0.0.1:\(server.port)/origin.git"))
        let lab = try await Pushing(origin, remote, server)
        let error = await #expect(throws: GitError.self) { try await lab.push() }
        #expect(error?.description.contains("denied") == true)
        #expect(try lab.origin.id("main") == lab.base)
    }

    @Test(arguments: [RemoteTests.Route.path, .daemon, .http])
    func `push options reach the server's hooks`(route: RemoteTests.Route) async throws {
        let lab = try await Pushing(route)
        try lab.origin.git("config", "receive.advertisePushOptions", "true")
        try lab.origin.installHook("pre-receive", "test \"$GIT_PUSH_OPTION_COUNT $GIT_PUSH_OPTION_0\" = '1 ci.skip'")
        #expect(try await lab.push(expecting: lab.base, options: ["ci.skip"]) == .accepted(tip: lab.commit))
    }

    @Test(arguments: RemoteTests.Route.allCases)
    func `two writers lose no commit`(route: RemoteTests.Route) async throws {
        let origin = try Origin()
        try origin.commit(["a": "0"])
        let (_, server) = try route.remote(to: origin)
        let rounds = 6
        try await withThrowingTaskGroup { group in
            for writer in 0..<2 {
                let (remote, own) = (try route.remote(to: origin))
                group.addTask {
                    let mirror = try Mirror()
                    for round in 0..<rounds {
                        while true {
                            let tip = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
                            let commit = try await mirror.commit("\(writer)-\(round)", "x", on: tip.commit)
                            let outcome = try await remote.push(
                                commit, from: mirror.path, to: "main", expecting: tip.commit, deadline: .seconds(20))
                            if case .accepted = outcome { break }
                            #expect(outcome == .raced)
                        }
                    }
                    withExtendedLifetime(own) {}
                }
            }
            try await group.waitForAll()
        }
        #expect(try origin.git("rev-list", "--count", "main") == "\(2 * rounds + 1)")
        #expect(try origin.git("ls-tree", "--name-only", "main").split(separator: "\n").count == 2 * rounds + 1)
        withExtendedLifetime(server) {}
    }

    @Test func `a hook that hangs is ended at the deadline, with its repository unlocked`() async throws {
        let lab = try await Pushing(.path)
        let fifo = "\(lab.origin.sandbox.path)/fifo"
        try program("mkfifo", [fifo])
        try lab.origin.installHook("pre-receive", "read x < \(fifo)")
        let deadline = Duration.seconds(1)
        await #expect(throws: GitError.timedOut(remote: lab.origin.path, after: deadline)) {
            try await lab.push(expecting: lab.base, deadline: deadline)
        }
        try lab.origin.installHook("pre-receive", "exit 0")
        #expect(try await lab.push() == .accepted(tip: lab.commit))
    }
}

/// An origin with one commit, fetched through a route, and a commit on top of it that is not pushed yet.
private struct Pushing {
    let origin: Origin
    let mirror: Mirror
    let base: ObjectID
    let commit: ObjectID
    private let remote: Remote
    private let server: Server?

    init(_ route: RemoteTests.Route) async throws {
        let origin = try Origin()
        let (remote, server) = try route.remote(to: origin)
        try await self.init(origin, remote, server)
    }

    init(_ origin: Origin, _ remote: Remote, _ server: Server?) async throws {
        (self.origin, self.remote, self.server) = (origin, remote, server)
        mirror = try Mirror()
        base = try origin.commit(["a": "1"])
        _ = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        commit = try await mirror.commit("a", "2", on: base)
    }

    func push() async throws -> PushOutcome { try await push(expecting: base) }

    func push(
        _ other: ObjectID? = nil, to branch: String = "main", expecting: ObjectID?, replacing: Bool = false,
        options: [String] = [], deadline: Duration = .seconds(20)
    ) async throws -> PushOutcome {
        try await remote.push(
            other ?? commit, from: mirror.path, to: branch, expecting: expecting, replacing: replacing,
            options: options, deadline: deadline)
    }
}
