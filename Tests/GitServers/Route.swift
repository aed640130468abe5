import Foundation
import Git

/// A way to reach a bare repository.
package enum Route: CaseIterable, Sendable {
    case path
    case gitDaemon
    case http
    case nginx
    case ssh

    /// Those that can be served here; a suite about one of the others skips itself.
    package static var installed: [Route] { allCases.filter(\.isInstalled) }

    package var isInstalled: Bool {
        switch self {
        case .path, .gitDaemon: true
        case .http: has("python3")
        case .nginx: has("python3") && has("nginx") && has("fcgiwrap")
        case .ssh: has("sshd") && has("ssh-keygen")
        }
    }

    /// Serves the bare repository at `path`.
    package func serve(_ path: String, mayWrite: Bool = true) throws -> ServedRepo {
        let name = URL(filePath: path).lastPathComponent
        switch self {
        case .path: return ServedRepo(url: path, Remote(try RemoteAddress(path)))
        case .gitDaemon:
            let server = try Server.gitDaemon(path, writable: mayWrite)
            let url = "git://127.0.0.1:\(server.port)/\(name)"
            return ServedRepo(url: url, Remote(try RemoteAddress(url)), server)
        case .http:
            let server = try Server.http(path)
            let url = "http://127.0.0.1:\(server.port)/\(mayWrite ? "open" : "read")/\(name)"
            return ServedRepo(url: url, Remote(try RemoteAddress(url)), server)
        case .nginx:
            let sandbox = try Sandbox()
            let server = try Server.nginx(path, in: sandbox)
            let url = "http://127.0.0.1:\(server.port)/\(mayWrite ? "locked" : "read")/\(name)"
            let credentials = Credentials.password(username: "ada", password: "secret")
            return ServedRepo(url: url, Remote(try RemoteAddress(url), credentials: credentials), server, sandbox)
        case .ssh:
            let keys = try Keys()
            let options = mayWrite ? "" : try keys.readOnly(path)
            let server = try keys.serve(login: "ed25519", options: options, hostKeys: ["ed25519"])
            let url = "ssh://\(NSUserName())@127.0.0.1:\(server.port)\(path)"
            let remote = Remote(
                try RemoteAddress(url), credentials: .sshKey(path: keys.path("ed25519"), passphrase: nil),
                trust: Trust(knownHosts: try keys.knownHosts("ed25519", server.port)))
            return ServedRepo(url: url, remote, server, keys.sandbox)
        }
    }
}

/// A remote with its server, which ends with the last copy of the value.
package struct ServedRepo: Sendable {
    package let url: String
    package let remote: Remote
    private let server: Server?
    private let sandbox: Sandbox?

    init(url: String, _ remote: Remote, _ server: Server? = nil, _ sandbox: Sandbox? = nil) {
        (self.url, self.remote, self.server, self.sandbox) = (url, remote, server, sandbox)
    }
}
