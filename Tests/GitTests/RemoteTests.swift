import Foundation
import Git
import GitServers
import Programs
import Synchronization
import Testing

struct RemoteTests {
    /// Ways to reach an origin's repository; the server lives as long as the value.
    enum Route: CaseIterable {
        case path
        case file
        case daemon
        case http

        func remote(to origin: Origin) throws -> (remote: Remote, server: Server?) {
            switch self {
            case .path: return (Remote(try RemoteAddress(origin.path)), nil)
            case .file: return (Remote(try RemoteAddress("file://\(origin.path)")), nil)
            case .daemon:
                let server = try Server.gitDaemon(origin.path)
                return (Remote(try RemoteAddress("git://127.0.0.1:\(server.port)/origin.git")), server)
            case .http:
                let server = try Server.http(origin.path)
                return (Remote(try RemoteAddress("http://127.0.0.1:\(server.port)/open/origin.git")), server)
            }
        }
    }

    @Test(arguments: Route.allCases)
    func `a fetch brings the branch, then what is new, then nothing`(route: Route) async throws {
        let origin = try Origin()
        let first = try origin.commit(["inventory/a.yaml": "1", "inventory/b.yaml": "2"])
        let (remote, server) = try route.remote(to: origin)
        let mirror = try Mirror()
        let reports = Mutex<[FetchProgress]>([])
        let tip = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20)) { progress in
            reports.withLock { $0.append(progress) }
        }
        #expect(tip == FetchedTip(commit: first, previous: nil))
        #expect(try await mirror.repository.tip(of: Remote.trackingRef("main")) == first)
        #expect(try await mirror.repository.changes(from: nil, to: first).count == 2)
        let last = try #require(reports.withLock { $0.last })
        #expect(last.receivedObjects == last.totalObjects)
        #expect(last.totalObjects > 0)

        let second = try origin.commit(["inventory/a.yaml": "3"])
        #expect(
            try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
                == FetchedTip(commit: second, previous: first))
        #expect(
            try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
                == FetchedTip(commit: second, previous: second))

        // A force push moves the mirror back, too.
        try origin.git("update-ref", "refs/heads/main", "\(first)")
        #expect(
            try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
                == FetchedTip(commit: first, previous: second))
        withExtendedLifetime(server) {}
    }

    @Test(arguments: Route.allCases)
    func `a branch that is missing and a repository that is empty are told apart`(route: Route) async throws {
        let origin = try Origin()
        let (remote, server) = try route.remote(to: origin)
        let mirror = try Mirror()
        let name = remote.address.description
        await #expect(throws: GitError.emptyRemote(remote: name)) {
            try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        }
        try origin.commit(["a": "1"], on: "trunk")
        await #expect(throws: GitError.branchMissing(remote: name, branch: "main", others: ["trunk"])) {
            try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        }
        withExtendedLifetime(server) {}
    }

    @Test(arguments: Route.allCases)
    func `a repository that does not exist is an error that names the remote`(route: Route) async throws {
        let origin = try Origin()
        let (remote, server) = try route.remote(to: origin)
        try FileManager.default.removeItem(atPath: origin.path)
        let mirror = try Mirror()
        let error = await #expect(throws: GitError.self) {
            try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        }
        guard case .network(let name, _) = error else { throw ProgramFailed(description: "\(error as Any)") }
        #expect(name == remote.address.description)
        withExtendedLifetime(server) {}
    }

    @Test(arguments: [("", ", and it is no URL; a remote is a path, or begins with file://"), ("file://", "")])
    func `a folder that is not there is called that`(scheme: String, says: String) async throws {
        let mirror = try Mirror()
        for path in ["/srv/no-such-folder.git", "no-such-folder/inventory.git"]
        where scheme.isEmpty || path.hasPrefix("/") {
            let remote = Remote(try RemoteAddress(scheme + path))
            let error = await #expect(throws: GitError.self) {
                try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
            }
            let text = "\(error as Any)"
            #expect(
                error?.description.hasPrefix("cannot reach \(scheme)\(path): there is no such folder\(says)") == true,
                "\(text)")
        }
    }

    @Test func `of ten thousand branches and tags only ours is fetched, by every route`() async throws {
        let origin = try Origin()
        var tip = try origin.commit(["inventory/a.yaml": "1"])
        // Each with a commit, a tree and a blob of its own.
        var stream = ""
        for index in 0..<5_000 {
            stream += "commit refs/heads/feature/\(index)\ncommitter Ada <ada@lab> 1700000000 +0000\ndata 1\nx\n"
            stream += "M 100644 inline a\ndata \("\(index)".count)\n\(index)\n"
            stream += "reset refs/tags/v\(index)\nfrom refs/heads/feature/\(index)\n\n"
        }
        try origin.git("fast-import", "--quiet", input: stream)
        try origin.git("pack-refs", "--all")
        for (round, route) in [Route.path, .daemon, .http].enumerated() {
            let (remote, server) = try route.remote(to: origin)
            let mirror = try Mirror()
            func fetch() async throws -> ObjectID {
                try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20)).commit
            }
            #expect(try await fetch() == tip)
            tip = try origin.commit(["inventory/a.yaml": "round \(round)"])
            for _ in 0..<2 { #expect(try await fetch() == tip) }
            let refs = try program("git", ["-C", mirror.path, "for-each-ref", "--format=%(refname)"])
            #expect(String(decoding: refs, as: UTF8.self) == "refs/remotes/origin/main\n")
            // A commit, two trees and a blob for each commit of ours, in packs, and nothing else.
            let stored = try program("git", ["-C", mirror.path, "count-objects", "-v"])
            let counts = String(decoding: stored, as: UTF8.self).split(separator: "\n")
            #expect(counts.contains("count: 0") && counts.contains("in-pack: \(4 * (round + 2))"), "\(counts)")
            withExtendedLifetime(server) {}
        }
    }

    @Test func `a port that nobody listens on is refused at once`() async throws {
        let mirror = try Mirror()
        let port = try Listener(backlog: 1).port
        let remote = Remote(try RemoteAddress("git://127.0.0.1:\(port)/origin.git"))
        let error = await #expect(throws: GitError.self) {
            try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20))
        }
        #expect(error?.description.contains("Connection refused") == true)
    }

    @Test func `a host that has no address is an error`() async throws {
        let mirror = try Mirror()
        let remote = Remote(try RemoteAddress("git://no-such-host.invalid/origin.git"))
        let error = await #expect(throws: GitError.self) {
            try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(30))
        }
        #expect(error?.description.contains("no-such-host.invalid") == true)
    }

    @Test(arguments: ["", "a b", "a..b", "x:y", "*", "-", "a/"])
    func `what cannot be a branch is refused`(branch: String) async throws {
        let (origin, mirror) = (try Origin(), try Mirror())
        let remote = Remote(try RemoteAddress(origin.path))
        await #expect(throws: GitError.self) {
            try await remote.fetch(into: mirror.path, branch: branch, deadline: .seconds(20))
        }
    }
}
