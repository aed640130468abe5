import CLibgit2
import Glibc

/// The keys that commits may be signed with.
package struct SigningKeys: Sendable, Equatable {
    /// The text of an allowed signers file (ssh-keygen(1)); nil without one.
    package var ssh: [UInt8]?
    /// Files of OpenPGP public keys, armoured or not.
    package var openPGP: [[UInt8]]

    package init(ssh: [UInt8]? = nil, openPGP: [[UInt8]] = []) {
        self.ssh = ssh
        self.openPGP = openPGP
    }
}

/// What is known of a commit's signature.
package enum CommitSignature: Sendable, Equatable {
    /// The names under which the keys know who made it. Of an ssh key with several names, the first; of an OpenPGP key its
    /// fingerprint, and its user ids with their addresses.
    case by(Set<String>)
    /// There is none, or none that counts, and why: a sentence about the commit.
    case none(String)

    package var names: Set<String> {
        if case .by(let names) = self { names } else { [] }
    }
}

extension Repository {
    /// Who of `keys` signed this commit.
    ///
    /// - Throws: `GitError` where the program that verifies is missing or did not end in time.
    package func signature(
        of commit: ObjectID, among keys: SigningKeys, deadline: Duration = .seconds(10)
    ) async throws(GitError) -> CommitSignature {
        guard let signed = try signedText(of: commit) else { return .none("it bears no signature") }
        let armour = String(decoding: signed.signature, as: UTF8.self)
        if armour.hasPrefix("-----BEGIN SSH SIGNATURE-----") {
            guard let ssh = keys.ssh else { return .none("it is signed with ssh, and there are no allowed signers") }
            return try await sshSignature(of: commit, among: ssh, deadline)
        }
        if armour.hasPrefix("-----BEGIN PGP SIGNATURE-----") {
            guard !keys.openPGP.isEmpty else {
                return .none("it is signed with OpenPGP, and there are no OpenPGP keys to verify it with")
            }
            return try await openPGPSignature(signed, among: keys.openPGP, deadline)
        }
        return .none("its signature is neither of ssh nor of OpenPGP")
    }

    private func sshSignature(
        of commit: ObjectID, among signers: [UInt8], _ deadline: Duration
    ) async throws(GitError) -> CommitSignature {
        let folder = try TemporaryFolder()
        let file = try folder.write(signers, to: "signers")
        let settings = [
            "gpg.ssh.allowedSignersFile=\(file)", "gpg.ssh.revocationFile=", "gpg.ssh.program=ssh-keygen",
            "gpg.minTrustLevel=fully",
            // A container's checkout may be another user's: nothing of it is run here, and the commit was read already.
            "safe.directory=*",
        ]
        let arguments =
            ["git", "--no-replace-objects", "-C", path] + settings.flatMap { ["-c", $0] }
            + ["verify-commit", "--raw", "\(commit)"]
        let result = try await bounded(deadline, as: "git verify-commit") { (operation) throws(GitError) in
            try run(arguments, until: operation)
        }
        if result.status == 0, let name = signerName(in: result.errors) { return .by([name]) }
        if result.errors.contains("cannot run ssh-keygen") {
            throw .program("ssh-keygen", reason: "it is missing: install it (Debian: apt-get install openssh-client)")
        }
        if let fatal = result.errors.split(separator: "\n").first(where: { $0.hasPrefix("fatal: ") }) {
            throw .program("git verify-commit", reason: String(fatal.dropFirst("fatal: ".count)))
        }
        return .none("its ssh signature is by none of the allowed signers, or does not fit it")
    }

    /// Nil for a commit without a signature.
    private func signedText(of id: ObjectID) throws(GitError) -> SignedText? {
        var (signature, signed) = (git_buf(), git_buf())
        defer {
            git_buf_dispose(&signature)
            git_buf_dispose(&signed)
        }
        var oid = id.oid
        let code = git_commit_extract_signature(&signature, &signed, handle.pointer, &oid, nil)
        if code == GIT_ENOTFOUND.rawValue { return nil }
        try check("read a signature", code)
        return SignedText(text: bytes(of: signed), signature: bytes(of: signature))
    }
}

/// A commit's text without its signature, and that.
struct SignedText {
    var text: [UInt8]
    var signature: [UInt8]
}

private func bytes(of buffer: git_buf) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: buffer.ptr, count: buffer.size))
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
