import Foundation
import Git
import GitServers
import Programs
import Testing

@Suite(.enabled(if: has("python3"), "python3 is not installed: it serves git http-backend"))
struct RemoteHTTPTests {
    private let origin: Origin
    private let base: ObjectID
    private let mirror: Mirror

    init() throws {
        origin = try Origin()
        base = try origin.commit(["a": "1"])
        mirror = try Mirror()
    }

    @Test(arguments: [
        Credentials.password(username: "ada", password: "secret"), .token("token-123"),
    ])
    func `a login opens a locked repository, to fetch and to push`(credentials: Credentials) async throws {
        let server = try Server.http(origin.path)
        let address = try RemoteAddress("http://127.0.0.1:\(server.port)/locked/origin.git")
        let remote = Remote(address, credentials: credentials)
        #expect(try await fetch(remote) == base)
        let commit = try await mirror.commit("a", "2", on: base)
        #expect(try await push(commit, remote) == .accepted(tip: commit))
        let next = try await mirror.commit("a", "3", on: commit)
        #expect(
            try await remote.push(
                next, from: mirror.path, to: "main", expecting: commit, options: [], deadline: .seconds(20))
                == .accepted(tip: next))
        #expect(try origin.id("main") == next)
    }

    @Test func `a login may stand in the address, and is never shown`() async throws {
        let server = try Server.http(origin.path)
        let address = try RemoteAddress("http://ada:secret@127.0.0.1:\(server.port)/locked/origin.git")
        #expect(try await fetch(Remote(address)) == base)
        let wrong = try RemoteAddress("http://ada:wr0ng@127.0.0.1:\(server.port)/locked/origin.git")
        let error = await #expect(throws: GitError.self) { try await fetch(Remote(wrong)) }
        #expect(error?.description.contains("wr0ng") == false)
    }

    @Test(arguments: [
        (Credentials.password(username: "ada", password: "wrong"), "refused the password"),
        (.token("old"), "refused the token"), (.none, "set it under auth"),
        (.sshKey(path: "/dev/null", passphrase: nil), "no private key"),
    ])
    func `a login that is refused ends, and says what to do`(credentials: Credentials, hint: String) async throws {
        let server = try Server.http(origin.path)
        let address = try RemoteAddress("http://127.0.0.1:\(server.port)/locked/origin.git")
        let error = await #expect(throws: GitError.self) { try await fetch(Remote(address, credentials: credentials)) }
        #expect(error?.description.contains(hint) == true, "\(error as Any)")
    }

    @Test func `a token that is replaced while we run is used from the next connection on`() async throws {
        let (file, sandbox) = ("token", try Sandbox())
        let secret = try sandbox.write("first", to: "server")
        let path = try sandbox.write("first", to: file)
        let server = try Server.http(origin.path, secret: secret)
        let address = try RemoteAddress("http://127.0.0.1:\(server.port)/locked/origin.git")
        let remote = Remote(address, trust: Trust()) { () throws(GitError) in
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw .credentials(reason: "no token")
            }
            return .token(text)
        }
        #expect(try await fetch(remote) == base)
        _ = try sandbox.write("second", to: "server")
        let error = await #expect(throws: GitError.self) { try await fetch(remote) }
        #expect(error?.description.contains("refused the token; see that it is right and has not expired") == true)
        _ = try sandbox.write("second", to: file)
        let commit = try await mirror.commit("a", "2", on: base)
        #expect(try await push(commit, remote) == .accepted(tip: commit))
        try FileManager.default.removeItem(atPath: path)
        await #expect(throws: GitError.credentials(reason: "no token")) { try await fetch(remote) }
    }

    @Test func `a repository that may only be read refuses a push as a matter of rights`() async throws {
        let server = try Server.http(origin.path)
        let remote = Remote(try RemoteAddress("http://127.0.0.1:\(server.port)/read/origin.git"))
        #expect(try await fetch(remote) == base)
        let commit = try await mirror.commit("a", "2", on: base)
        let error = await #expect(throws: GitError.self) { try await push(commit, remote) }
        guard case .authentication = error else { throw ProgramFailed(description: "\(error as Any)") }
        #expect(try origin.id("main") == base)
    }

    @Test(.enabled(if: has("openssl"), "openssl is not installed: it makes the certificates"))
    func `a private CA is trusted when its file is given, and only for the name it signed`() async throws {
        let authority = try Authority()
        let server = try Server.http(origin.path, certificate: [authority.certificate, authority.key])
        let trust = Trust(caFile: authority.file)
        let named = try RemoteAddress("https://localhost:\(server.port)/locked/origin.git")
        let remote = Remote(named, credentials: .token("token-123"), trust: trust)
        #expect(try await fetch(remote) == base)
        let commit = try await mirror.commit("a", "2", on: base)
        #expect(try await push(commit, remote) == .accepted(tip: commit))

        let unnamed = try RemoteAddress("https://127.0.0.1:\(server.port)/open/origin.git")
        try await expectUntrusted(Remote(unnamed, trust: trust))

        let stranger = try Authority()
        let other = try Server.http(origin.path, certificate: [stranger.certificate, stranger.key])
        try await expectUntrusted(
            Remote(try RemoteAddress("https://localhost:\(other.port)/open/origin.git"), trust: trust))

        let second = Remote(named, trust: Trust(caFile: stranger.file))
        let error = await #expect(throws: GitError.self) { try await fetch(second) }
        #expect(error?.description.contains("one file") == true)
    }

    private func expectUntrusted(_ remote: Remote) async throws {
        let error = await #expect(throws: GitError.self) { try await fetch(remote) }
        guard case .certificate = error else { throw ProgramFailed(description: "\(error as Any)") }
        #expect(error?.description.contains("caFile") == true)
    }

    @discardableResult
    private func fetch(_ remote: Remote) async throws(GitError) -> ObjectID {
        try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20)).commit
    }

    private func push(_ commit: ObjectID, _ remote: Remote) async throws(GitError) -> PushOutcome {
        try await remote.push(commit, from: mirror.path, to: "main", expecting: base, deadline: .seconds(20))
    }
}

/// A certificate authority, and a certificate of its for localhost.
private struct Authority {
    private let sandbox: Sandbox
    let file: String
    let certificate: String
    let key: String

    init() throws {
        sandbox = try Sandbox()
        file = "\(sandbox.path)/ca.pem"
        certificate = "\(sandbox.path)/cert.pem"
        key = "\(sandbox.path)/key.pem"
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        try program(
            "openssl",
            ["req", "-x509", "-subj", "/CN=Lab CA", "-keyout", "\(sandbox.path)/ca.key", "-out", file] + curve)
        try program(
            "openssl",
            [
                "req", "-x509", "-CA", file, "-CAkey", "\(sandbox.path)/ca.key", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", key, "-out",
                certificate,
            ] + curve)
    }
}
