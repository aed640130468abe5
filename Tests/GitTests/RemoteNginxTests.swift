import Git
import GitServers
import Programs
import Testing

/// `git http-backend` as it is run in earnest: nginx, fcgiwrap, a login, and nginx's limit of 1 MiB for what is posted.
@Suite(
    .enabled(if: Route.nginx.isInstalled, "nginx, fcgiwrap or python3 is not installed (nginx-light fcgiwrap python3)"))
struct RemoteNginxTests {
    private let origin: Origin
    private let base: ObjectID
    private let mirror: Mirror
    private let sandbox: Sandbox
    private let server: Server

    init() throws {
        origin = try Origin()
        base = try origin.commit(["a": "1"])
        mirror = try Mirror()
        sandbox = try Sandbox()
        server = try Server.nginx(origin.path, in: sandbox)
    }

    private func remote(_ realm: String = "locked", _ password: String = "secret") throws -> Remote {
        Remote(
            try RemoteAddress("http://127.0.0.1:\(server.port)/\(realm)/origin.git"),
            credentials: realm == "locked" ? .password(username: "ada", password: password) : .none)
    }

    @discardableResult
    private func fetch(_ remote: Remote) async throws -> ObjectID {
        try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20)).commit
    }

    private func push(
        _ commit: ObjectID, _ remote: Remote, expecting: ObjectID? = nil, options: [String] = []
    ) async throws -> PushOutcome {
        try await remote.push(
            commit, from: mirror.path, to: "main", expecting: expecting ?? base, options: options,
            deadline: .seconds(20))
    }

    @Test func `it is fetched from and pushed to, behind a login`() async throws {
        let remote = try remote()
        #expect(try await fetch(remote) == base)
        let commit = try await mirror.commit("a", "2", on: base)
        #expect(try await push(commit, remote) == .accepted(tip: commit))
        let theirs = try origin.commit(["b": "1"])
        let late = try await mirror.commit("a", "3", on: commit)
        #expect(try await push(late, remote, expecting: commit) == .raced)
        #expect(try await fetch(remote) == theirs)
    }

    @Test func `a wrong password is told for one`() async throws {
        let wrong = try remote("locked", "wr0ng")
        let error = await #expect(throws: GitError.self) { try await fetch(wrong) }
        #expect(error?.description.contains("refused the password") == true)
    }

    @Test func `without the right to push, the error says whose right it is`() async throws {
        let reader = try remote("read")
        #expect(try await fetch(reader) == base)
        let commit = try await mirror.commit("a", "2", on: base)
        let error = await #expect(throws: GitError.self) { try await push(commit, reader) }
        guard case .authentication = error else { throw ProgramFailed(description: "\(error as Any)") }
        #expect(error?.description.contains("see what this user or token may do there") == true)
        #expect(try origin.id("main") == base)
    }

    @Test func `a hook's rejection is told with its words, and options reach it`() async throws {
        let remote = try remote()
        try await fetch(remote)
        try origin.git("config", "receive.advertisePushOptions", "true")
        try origin.installHook(
            "pre-receive",
            "test \"$GIT_PUSH_OPTION_0\" = ci.skip && exit; echo 'main is protected, ask Ada' >&2; exit 1")
        let commit = try await mirror.commit("a", "2", on: base)
        #expect(
            try await push(commit, remote) == .rejected("pre-receive hook declined: main is protected, ask Ada"))
        #expect(try await push(commit, remote, options: ["ci.skip"]) == .accepted(tip: commit))
    }

    @Test func `a push larger than nginx takes says so`() async throws {
        let remote = try remote()
        try await fetch(remote)
        let text = try incompressible(2_000_000)
        let commit = try await mirror.commit("large", text, on: base)
        let error = await #expect(throws: GitError.self) { try await push(commit, remote) }
        #expect(error?.description.contains("413") == true, "\(error as Any)")
        #expect(try origin.id("main") == base)
        // Such a push harms no later one.
        let small = try await mirror.commit("a", "2", on: base)
        #expect(try await push(small, remote) == .accepted(tip: small))
    }
}
