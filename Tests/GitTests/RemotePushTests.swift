import Foundation
import Git
import Testing

struct RemotePushTests {
    @Test(arguments: RemoteTests.Route.allCases)
    func `a push moves the branch and is read back`(route: RemoteTests.Route) async throws {
        let origin = try Origin()
        let base = try origin.commit(["a": "1"])
        let (remote, server) = try route.remote(to: origin)
        let mirror = try Mirror()
        _ = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        let commit = try await mirror.commit("a", "2", on: base)
        #expect(
            try await remote.push(commit, from: mirror.path, to: "main", expecting: base, deadline: .seconds(20))
                == .accepted(tip: commit))
        #expect(try origin.id("main") == commit)
        // A new branch.
        #expect(
            try await remote.push(commit, from: mirror.path, to: "bootlatch/n1", expecting: nil, deadline: .seconds(20))
                == .accepted(tip: commit))
        #expect(try origin.id("bootlatch/n1") == commit)
        withExtendedLifetime(server) {}
    }

    @Test(arguments: RemoteTests.Route.allCases)
    func `a push that comes second changes nothing`(route: RemoteTests.Route) async throws {
        let origin = try Origin()
        let base = try origin.commit(["a": "1"])
        let (remote, server) = try route.remote(to: origin)
        let mirror = try Mirror()
        _ = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        let commit = try await mirror.commit("a", "2", on: base)
        let theirs = try origin.commit(["b": "1"])
        for expecting in [base, nil] {
            #expect(
                try await remote.push(
                    commit, from: mirror.path, to: "main", expecting: expecting, deadline: .seconds(20)) == .raced)
        }
        #expect(try origin.id("main") == theirs)
        withExtendedLifetime(server) {}
    }

    @Test(arguments: RemoteTests.Route.allCases)
    func `a branch of our own is replaced, only where it stood as expected`(route: RemoteTests.Route) async throws {
        let origin = try Origin()
        let base = try origin.commit(["a": "1"])
        let (remote, server) = try route.remote(to: origin)
        let mirror = try Mirror()
        _ = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        let first = try await mirror.commit("a", "2", on: base)
        let second = try await mirror.commit("a", "3", on: base)
        func push(_ commit: ObjectID, expecting: ObjectID?) async throws -> PushOutcome {
            try await remote.push(
                commit, from: mirror.path, to: "ours", expecting: expecting, replacing: true, deadline: .seconds(20))
        }
        #expect(try await push(first, expecting: nil) == .accepted(tip: first))
        #expect(try await push(second, expecting: base) == .raced)
        #expect(try await push(second, expecting: first) == .accepted(tip: second))
        #expect(try origin.id("ours") == second)
        withExtendedLifetime(server) {}
    }

    @Test(arguments: RemoteTests.Route.allCases)
    func `a hook's rejection is told with its words`(route: RemoteTests.Route) async throws {
        let origin = try Origin()
        let base = try origin.commit(["a": "1"])
        try origin.installHook("pre-receive", "echo 'main is protected, ask Ada' >&2; exit 1")
        let (remote, server) = try route.remote(to: origin)
        let mirror = try Mirror()
        _ = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        let commit = try await mirror.commit("a", "2", on: base)
        let outcome = try await remote.push(
            commit, from: mirror.path, to: "main", expecting: base, deadline: .seconds(20))
        guard case .rejected(let reason) = outcome else { throw ProgramFailed(description: "\(outcome)") }
        #expect(reason.contains("pre-receive hook declined"))
        #expect(reason.contains("main is protected, ask Ada"))
        #expect(try origin.id("main") == base)
        withExtendedLifetime(server) {}
    }

    @Test(arguments: RemoteTests.Route.allCases)
    func `a race lost inside the server is a race`(route: RemoteTests.Route) async throws {
        let origin = try Origin()
        let base = try origin.commit(["a": "1"])
        try origin.git("branch", "theirs")
        let theirs = try origin.commit(["b": "1"], on: "theirs")
        // Runs after the server has told the old tip, and before it moves the ref.
        try origin.installHook("pre-receive", "env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main \(theirs)")
        let (remote, server) = try route.remote(to: origin)
        let mirror = try Mirror()
        _ = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        let commit = try await mirror.commit("a", "2", on: base)
        #expect(
            try await remote.push(commit, from: mirror.path, to: "main", expecting: base, deadline: .seconds(20))
                == .raced)
        #expect(try origin.id("main") == theirs)
        withExtendedLifetime(server) {}
    }

    @Test(arguments: RemoteTests.Route.allCases)
    func `a push on top of ours still counts as accepted`(route: RemoteTests.Route) async throws {
        let origin = try Origin()
        let base = try origin.commit(["a": "1"])
        try origin.installHook(
            "post-receive",
            """
            read old new ref
            next=$(echo later | git -c user.name=x -c user.email=x commit-tree $new^{tree} -p $new)
            git update-ref refs/heads/main $next
            """)
        let (remote, server) = try route.remote(to: origin)
        let mirror = try Mirror()
        _ = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        let commit = try await mirror.commit("a", "2", on: base)
        let outcome = try await remote.push(
            commit, from: mirror.path, to: "main", expecting: base, deadline: .seconds(20))
        #expect(try origin.id("main~1") == commit)
        #expect(outcome == .accepted(tip: try origin.id("main")))
        withExtendedLifetime(server) {}
    }

    @Test func `a daemon that is read-only is an error that says so`() async throws {
        let origin = try Origin()
        let base = try origin.commit(["a": "1"])
        let server = try Server.gitDaemon(origin, writable: false)
        let remote = Remote(try RemoteAddress("git://127.0.0.1:\(server.port)/origin.git"))
        let mirror = try Mirror()
        _ = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        let commit = try await mirror.commit("a", "2", on: base)
        let error = await #expect(throws: GitError.self) {
            try await remote.push(commit, from: mirror.path, to: "main", expecting: base, deadline: .seconds(20))
        }
        #expect(error?.description.contains("denied") == true)
        #expect(try origin.id("main") == base)
    }

    @Test(arguments: [RemoteTests.Route.path, .daemon, .http])
    func `push options reach the server's hooks`(route: RemoteTests.Route) async throws {
        let origin = try Origin()
        let base = try origin.commit(["a": "1"])
        try origin.git("config", "receive.advertisePushOptions", "true")
        try origin.installHook("pre-receive", "test \"$GIT_PUSH_OPTION_COUNT $GIT_PUSH_OPTION_0\" = '1 ci.skip'")
        let (remote, server) = try route.remote(to: origin)
        let mirror = try Mirror()
        _ = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        let commit = try await mirror.commit("a", "2", on: base)
        #expect(
            try await remote.push(
                commit, from: mirror.path, to: "main", expecting: base, options: ["ci.skip"], deadline: .seconds(20))
                == .accepted(tip: commit))
        withExtendedLifetime(server) {}
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
        let origin = try Origin()
        let base = try origin.commit(["a": "1"])
        let fifo = "\(origin.sandbox.path)/fifo"
        try program("mkfifo", [fifo])
        try origin.installHook("pre-receive", "read x < \(fifo)")
        let mirror = try Mirror()
        let remote = Remote(try RemoteAddress(origin.path))
        _ = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        let commit = try await mirror.commit("a", "2", on: base)
        let deadline = Duration.seconds(1)
        await #expect(throws: GitError.timedOut(remote: origin.path, after: deadline)) {
            try await remote.push(commit, from: mirror.path, to: "main", expecting: base, deadline: deadline)
        }
        try origin.installHook("pre-receive", "exit 0")
        #expect(
            try await remote.push(commit, from: mirror.path, to: "main", expecting: base, deadline: .seconds(20))
                == .accepted(tip: commit))
    }
}
