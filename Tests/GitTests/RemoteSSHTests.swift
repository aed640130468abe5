import Foundation
import Git
import GitServers
import Programs
import Testing

@Suite(.enabled(if: has("sshd") && has("ssh-keygen"), "openssh-server is not installed"))
struct RemoteSSHTests {
    private let keys: Keys
    private let origin: Origin
    private let base: ObjectID
    private let mirror: Mirror

    init() throws {
        keys = try Keys()
        origin = try Origin()
        base = try origin.commit(["a": "1"])
        mirror = try Mirror()
    }

    @Test(arguments: ["ed25519", "ecdsa"], ["ed25519", "ecdsa"])
    func `ed25519 and ecdsa keys get in, whichever host key is known`(type: String, hostType: String) async throws {
        let server = try keys.serve(login: type, hostKeys: ["rsa", "ecdsa", "ed25519"])
        let remote = try remote(server, key: type, known: keys.knownHosts(hostType, server.port))
        #expect(try await fetch(remote) == base)
        let commit = try await mirror.commit("a", "2", on: base)
        #expect(try await push(commit, remote) == .accepted(tip: commit))
        #expect(try origin.id("main") == commit)
    }

    @Test func `a known_hosts file may hash its names`() async throws {
        let server = try keys.serve(login: "ed25519", hostKeys: ["ed25519"])
        let known = try keys.knownHosts("ed25519", server.port)
        try program("ssh-keygen", ["-q", "-H", "-f", known])
        #expect(try String(contentsOfFile: known, encoding: .utf8).hasPrefix("|1|"))
        #expect(try await fetch(remote(server, key: "ed25519", known: known)) == base)
    }

    @Test func `an RSA key is refused with OpenSSH's reason`() async throws {
        let server = try keys.serve(login: "rsa", hostKeys: ["ed25519"])
        let remote = try remote(server, key: "rsa", known: keys.knownHosts("ed25519", server.port))
        let error = await #expect(throws: GitError.self) { try await fetch(remote) }
        guard case .authentication(_, let reason) = error else { throw ProgramFailed(description: "\(error as Any)") }
        #expect(reason.contains("OpenSSH 8.8 and later refuse RSA keys"))
        #expect(reason.contains("ssh-keygen -t ed25519"))
    }

    @Test func `a key that the server does not know is named`() async throws {
        let server = try keys.serve(login: "ecdsa", hostKeys: ["ed25519"])
        let remote = try remote(server, key: "ed25519", known: keys.knownHosts("ed25519", server.port))
        let error = await #expect(throws: GitError.self) { try await fetch(remote) }
        guard case .authentication(_, let reason) = error else { throw ProgramFailed(description: "\(error as Any)") }
        #expect(reason.contains(keys.path("ed25519") + ".pub"))
    }

    @Test func `an unknown host is refused before we log in, with its fingerprint`() async throws {
        let server = try keys.serve(login: "ed25519", hostKeys: ["ed25519"])
        let known = try keys.sandbox.write("other.lab ssh-ed25519 AAAA\n", to: "known_hosts")
        let error = await #expect(throws: GitError.self) {
            try await fetch(remote(server, key: "ed25519", known: known))
        }
        guard case .hostKeyUnknown(let host, let key, let file) = error else {
            throw ProgramFailed(description: "\(error as Any)")
        }
        #expect(host == "[127.0.0.1]:\(server.port)")
        let listed = String(decoding: try program("ssh-keygen", ["-lf", keys.hostKey("ed25519")]), as: UTF8.self)
        #expect(key == "ssh-ed25519 \(listed.split(separator: " ")[1])")
        #expect(file == known)
        #expect(error?.description.contains("ssh-keyscan -p \(server.port) 127.0.0.1 >> \(known)") == true)
    }

    @Test func `a changed host key is refused with the line that differs`() async throws {
        let server = try keys.serve(login: "ed25519", hostKeys: ["ed25519"])
        let other = try Keys()
        let known = try other.knownHosts("ed25519", server.port)
        let error = await #expect(throws: GitError.self) {
            try await fetch(remote(server, key: "ed25519", known: known))
        }
        guard case .hostKeyChanged(_, _, known, 1) = error else { throw ProgramFailed(description: "\(error as Any)") }
    }

    @Test func `a host key that changes while we run is refused, until its line is replaced`() async throws {
        let server = try keys.serve(login: "ed25519", hostKeys: ["ed25519"])
        let known = try keys.knownHosts("ed25519", server.port)
        let right = try String(contentsOfFile: known, encoding: .utf8)
        let remote = try remote(server, key: "ed25519", known: known)
        #expect(try await fetch(remote) == base)
        // Another server answers there, as far as we can tell.
        let other = try Keys()
        try FileManager.default.removeItem(atPath: known)
        try FileManager.default.copyItem(atPath: try other.knownHosts("ed25519", server.port), toPath: known)
        let error = await #expect(throws: GitError.self) { try await fetch(remote) }
        for words in ["is not the one in \(known):1", "replace the line", "someone stands between it and us"] {
            #expect(error?.description.contains(words) == true, "\(error as Any)")
        }
        let commit = try await mirror.commit("a", "2", on: base)
        await #expect(throws: GitError.self) { try await push(commit, remote) }
        #expect(try origin.id("main") == base)
        try right.write(toFile: known, atomically: true, encoding: .utf8)
        #expect(try await push(commit, remote) == .accepted(tip: commit))
    }

    @Test func `a passphrase opens its key; without it we say so`() async throws {
        try program("ssh-keygen", ["-q", "-p", "-N", "open sesame", "-f", keys.path("ed25519")])
        let server = try keys.serve(login: "ed25519", hostKeys: ["ed25519"])
        let known = try keys.knownHosts("ed25519", server.port)
        #expect(try await fetch(remote(server, key: "ed25519", known: known, passphrase: "open sesame")) == base)
        let missing = await #expect(throws: GitError.self) {
            try await fetch(remote(server, key: "ed25519", known: known))
        }
        #expect(missing?.description.contains("passphrase") == true)
        let wrong = await #expect(throws: GitError.self) {
            try await fetch(remote(server, key: "ed25519", known: known, passphrase: "wrong"))
        }
        guard case .authentication = wrong else { throw ProgramFailed(description: "\(wrong as Any)") }
    }

    @Test func `a key that cannot be read is named`() async throws {
        let known = try keys.knownHosts("ed25519", 22)
        let address = try RemoteAddress("ssh://git@127.0.0.1/x.git")
        for (path, hint) in [("/nonexistent/key", "No such file"), (keys.path("ed25519") + ".pub", "without .pub")] {
            let remote = Remote(
                address, credentials: .sshKey(path: path, passphrase: nil), trust: Trust(knownHosts: known))
            let error = await #expect(throws: GitError.self) { try await fetch(remote) }
            #expect(error?.description.contains(path) == true)
            #expect(error?.description.contains(hint) == true)
        }
    }

    @Test func `a hook's rejection is told with its words`() async throws {
        try origin.installHook("pre-receive", "echo 'ask Ada' >&2; exit 1")
        let server = try keys.serve(login: "ed25519", hostKeys: ["ed25519"])
        let remote = try remote(server, key: "ed25519", known: keys.knownHosts("ed25519", server.port))
        #expect(try await fetch(remote) == base)
        let outcome = try await push(try await mirror.commit("a", "2", on: base), remote)
        #expect(outcome == .rejected("pre-receive hook declined: ask Ada"))
    }

    @Test func `a key that may only read does not push`() async throws {
        let server = try keys.serve(
            login: "ed25519", options: try keys.readOnly(origin.path), hostKeys: ["ed25519"])
        let remote = try remote(server, key: "ed25519", known: keys.knownHosts("ed25519", server.port))
        #expect(try await fetch(remote) == base)
        let commit = try await mirror.commit("a", "2", on: base)
        let error = await #expect(throws: GitError.self) { try await push(commit, remote) }
        #expect(error?.description.contains("has been marked as read only") == true, "\(error as Any)")
        #expect(try origin.id("main") == base)
    }

    @Test func `push options go by the ssh program, with the same key and known_hosts`() async throws {
        try origin.git("config", "receive.advertisePushOptions", "true")
        try origin.installHook("pre-receive", "test \"$GIT_PUSH_OPTION_0\" = ci.skip")
        let server = try keys.serve(login: "ed25519", hostKeys: ["ed25519"])
        let remote = try remote(server, key: "ed25519", known: keys.knownHosts("ed25519", server.port))
        #expect(try await fetch(remote) == base)
        let commit = try await mirror.commit("a", "2", on: base)
        #expect(
            try await remote.push(
                commit, from: mirror.path, to: "main", expecting: base, options: ["ci.skip"], deadline: .seconds(60))
                == .accepted(tip: commit))
    }

    private func remote(_ server: Server, key: String, known: String, passphrase: String? = nil) throws -> Remote {
        Remote(
            try RemoteAddress("ssh://\(NSUserName())@127.0.0.1:\(server.port)\(origin.path)"),
            credentials: .sshKey(path: keys.path(key), passphrase: passphrase), trust: Trust(knownHosts: known))
    }

    @discardableResult
    private func fetch(_ remote: @autoclosure () throws -> Remote) async throws -> ObjectID {
        try await remote().fetch(into: mirror.path, branch: "main", deadline: .seconds(60)).commit
    }

    private func push(_ commit: ObjectID, _ remote: Remote) async throws(GitError) -> PushOutcome {
        try await remote.push(commit, from: mirror.path, to: "main", expecting: base, deadline: .seconds(60))
    }
}
