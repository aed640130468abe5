import CLibgit2
import Glibc

extension Remote {
    /// Brings the history of the remote's `ref` into the mirror; moves no ref. The `git` program takes commits that libgit2 refuses to
    /// read, among those that it would send, or among ours when it tells the remote what we have.
    func downloadByProgram(
        _ ref: String, into mirror: borrowing Handle, _ operation: Operation
    ) throws(GitError) {
        let path = String(cString: git_repository_path(mirror.pointer))
        let settings = [
            "core.hooksPath=/dev/null", "fetch.fsckObjects=false", "transfer.fsckObjects=false", "gc.auto=0",
            // One pack, which is synced, and not files.
            "fetch.unpackLimit=1",
        ]
        let arguments =
            ["git", "--git-dir", path] + settings.flatMap { ["-c", $0] }
            + ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--"]
            + [absolute(address.url, isLocal: address.isLocal), ref]
        let result = try run(arguments, environment: try programEnvironment(), until: operation)
        guard result.status == 0 else { throw .program("git fetch", reason: result.reason) }
    }

    /// What the `git` program needs to reach this remote as libgit2 would: secrets go by the environment, never by the
    /// command line, which other users can see.
    func programEnvironment() throws(GitError) -> [String: String] {
        switch address.scheme {
        case .path, .file, .git: return [:]
        case .ssh: return ["GIT_SSH_COMMAND": try sshCommand()]
        case .http, .https: return try httpSettings()
        }
    }

    private func sshCommand() throws(GitError) -> String {
        var command = "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes"
        if let file = trust.knownHosts { command += " -o UserKnownHostsFile=\(quoted(file))" }
        if case .sshKey(let path, let passphrase) = try credentials() {
            guard passphrase == nil else {
                throw .credentials(
                    reason: "push options need the ssh program, which cannot use a key with a passphrase")
            }
            command += " -o IdentitiesOnly=yes -i \(quoted(path))"
        }
        return command
    }

    private func httpSettings() throws(GitError) -> [String: String] {
        var settings = [("credential.helper", "")]
        if let (name, password) = try credentials().basic ?? address.user.map({ ($0, address.password ?? "") }) {
            let encoded = base64Encoded("\(name):\(password)".utf8)
            let padding = String(repeating: "=", count: (4 - encoded.utf8.count % 4) % 4)
            settings.append(("http.extraHeader", "Authorization: Basic \(encoded)\(padding)"))
        }
        if let file = trust.caFile { settings.append(("http.sslCAInfo", file)) }
        var environment = ["GIT_CONFIG_COUNT": "\(settings.count)"]
        for (index, (key, value)) in settings.enumerated() {
            environment["GIT_CONFIG_KEY_\(index)"] = key
            environment["GIT_CONFIG_VALUE_\(index)"] = value
        }
        return environment
    }
}

/// `url`, with a relative path made absolute: the program runs in the mirror.
func absolute(_ url: String, isLocal: Bool) -> String {
    guard isLocal, !url.hasPrefix("/"), let directory = getcwd(nil, 0) else { return url }
    defer { free(directory) }
    return "\(String(cString: directory))/\(url)"
}

/// For the shell that git runs its ssh command with.
private func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }
