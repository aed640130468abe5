import CLibgit2
import Glibc

extension Repository {
    /// Who signed this commit with ssh: the name under which `signers`, the text of an allowed signers file (ssh-keygen(1)), knows the
    /// key; of a key with several names, the first. Nil for a commit without a signature, with one of another kind, or with one that
    /// does not fit it, is by none of these keys, or is by a key that was not valid at the commit's time.
    package func signer(
        of commit: ObjectID, among signers: [UInt8], deadline: Duration = .seconds(10)
    ) async throws(GitError) -> String? {
        guard try isSignedBySSH(commit) else { return nil }
        let file = try TemporaryFile(signers)
        let settings = [
            "gpg.ssh.allowedSignersFile=\(file.path)", "gpg.ssh.revocationFile=", "gpg.ssh.program=ssh-keygen",
            "gpg.minTrustLevel=fully",
        ]
        let arguments =
            ["git", "--no-replace-objects", "-C", path] + settings.flatMap { ["-c", $0] }
            + ["verify-commit", "--raw", "\(commit)"]
        let result = try await bounded(deadline, as: "git verify-commit") { (operation) throws(GitError) in
            try run(arguments, until: operation)
        }
        return result.status == 0 ? signerName(in: result.errors) : nil
    }

    private func isSignedBySSH(_ id: ObjectID) throws(GitError) -> Bool {
        var (signature, signed) = (git_buf(), git_buf())
        defer {
            git_buf_dispose(&signature)
            git_buf_dispose(&signed)
        }
        var oid = id.oid
        let code = git_commit_extract_signature(&signature, &signed, handle.pointer, &oid, nil)
        if code == GIT_ENOTFOUND.rawValue { return false }
        try check("read a signature", code)
        return signature.ptr.map { String(cString: $0).hasPrefix("-----BEGIN SSH SIGNATURE-----") } ?? false
    }
}

/// ssh-keygen's one line about a good signature: `Good "git" signature for ops@lab with ED25519 key SHA256:...`.
private func signerName(in text: String) -> String? {
    let before = "Good \"git\" signature for "
    for line in text.split(separator: "\n") where line.hasPrefix(before) {
        let words = line.dropFirst(before.count).split(separator: " ")
        // The name may hold spaces in quotes; the key's kind and fingerprint don't.
        guard let with = words.lastIndex(of: "with"), with > 0 else { return nil }
        return words[..<with].joined(separator: " ")
    }
    return nil
}

/// A file that only this user can read, removed with its owner.
private struct TemporaryFile: ~Copyable {
    let path: String

    init(_ bytes: [UInt8]) throws(GitError) {
        var name = Array(
            "\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/bootlatch-signers-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard descriptor >= 0 else { throw .program("mkstemp \(path)", reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            throw .program("write \(path)", reason: String(cString: strerror(errno)))
        }
    }

    deinit { unlink(path) }
}
