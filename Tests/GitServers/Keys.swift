import Foundation

/// Keys of users and hosts, of each type. RSA keys, which take long to make, come with the server that needs them.
package struct Keys: Sendable {
    package let sandbox: Sandbox

    package init() throws {
        sandbox = try Sandbox()
        for type in ["ed25519", "ecdsa"] {
            for file in [path(type), hostKey(type)] { try make(file, type) }
        }
    }

    private func make(_ file: String, _ type: String) throws {
        guard !FileManager.default.fileExists(atPath: file) else { return }
        try program("ssh-keygen", ["-q", "-t", type, "-N", "", "-f", file])
    }

    package func path(_ type: String) -> String { "\(sandbox.path)/id_\(type)" }
    package func hostKey(_ type: String) -> String { "\(sandbox.path)/host_\(type)" }

    package func knownHosts(_ type: String, _ port: Int) throws -> String {
        let key = try String(contentsOfFile: hostKey(type) + ".pub", encoding: .utf8)
        let name = port == 22 ? "127.0.0.1" : "[127.0.0.1]:\(port)"
        return try sandbox.write("\(name) \(key)", to: "known_hosts_\(type)")
    }

    /// Options of a key that may fetch from the repository and not push to it, told as GitHub does.
    package func readOnly(_ repository: String) throws -> String {
        let script = try sandbox.write(
            """
            case $SSH_ORIGINAL_COMMAND in
            git-upload-pack*) exec git-upload-pack '\(repository)' ;;
            *) echo 'ERROR: The key you are authenticating with has been marked as read only.' >&2; exit 1 ;;
            esac
            """, to: "read-only.sh")
        return "command=\"sh \(script)\" "
    }

    /// An sshd that lets in one of the users' keys; `options` stand before it in authorized_keys.
    package func serve(login type: String, options: String = "", hostKeys: [String]) throws -> Server {
        try make(path(type), type)
        for type in hostKeys { try make(hostKey(type), type) }
        let key = try String(contentsOfFile: path(type) + ".pub", encoding: .utf8)
        let authorized = try sandbox.write(options + key, to: "authorized_keys")
        return try Server.ssh(["AuthorizedKeysFile \(authorized)"], hostKeys: hostKeys.map(hostKey), in: sandbox)
    }
}
