import Glibc

/// Signs commits with an ssh key, as git does with `gpg.format=ssh`.
package struct CommitSigner: Sendable, Equatable {
    /// A private key file without a passphrase, or the public one of a key that the agent at `SSH_AUTH_SOCK` holds.
    package var key: String

    package init(key: String) { self.key = key }

    /// The armored signature (sshsig) of a commit's text, in git's namespace.
    ///
    /// - Throws: `GitError` with what ssh-keygen says of the key.
    func signature(of text: String, in folder: String) async throws(GitError) -> String {
        // ssh-keygen signs files; the mirror's folder is only ours.
        let file = "\(folder)/signing-\(getpid())-\(UInt32.random(in: .min ... .max))"
        defer {
            unlink(file)
            unlink(file + ".sig")
        }
        try write(text, to: file)
        let key = absolute(key, isLocal: true)
        let result = try await bounded(.seconds(30), as: "ssh-keygen") { (operation) throws(GitError) in
            try run(["ssh-keygen", "-Y", "sign", "-q", "-n", "git", "-f", key, file], until: operation)
        }
        guard result.status == 0 else {
            throw .credentials(reason: "the commit can't be signed with \(key): \(result.reason)")
        }
        let armored = try readText(file + ".sig", as: "signature")
        return armored.split(separator: "\n").joined(separator: "\n")
    }

    private func write(_ text: String, to file: String) throws(GitError) {
        guard let stream = fopen(file, "wx") else {
            throw .library(doing: "write \(file)", reason: String(cString: strerror(errno)))
        }
        let written = fwrite(text, 1, text.utf8.count, stream)
        guard fclose(stream) == 0, written == text.utf8.count else {
            throw .library(doing: "write \(file)", reason: String(cString: strerror(errno)))
        }
    }
}
