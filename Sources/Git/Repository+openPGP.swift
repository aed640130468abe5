extension Repository {
    /// Verifies with `gpg` in a home of its own: without the user's keys and settings, agent, trust database or network. (gpgv looks
    /// at no expiry and no revocation.)
    func openPGPSignature(
        _ signed: SignedText, among keys: [[UInt8]], _ deadline: Duration
    ) async throws(GitError) -> CommitSignature {
        let home = try TemporaryFolder()
        let gpg = GPG(home: home.path)
        var files: [String] = []
        for (index, key) in keys.enumerated() { files.append(try home.write(key, to: "\(index).keys")) }
        let signature = try home.write(signed.signature, to: "commit.sig")
        let text = try home.write(signed.text, to: "commit")
        return try await bounded(deadline, as: "gpg") { (operation) throws(GitError) in
            // A file that holds no key is passed over: the signature is then by none of the keys.
            for file in files { _ = try gpg.run(["--import", file], until: operation) }
            let verdict = GPGVerdict(try gpg.run(["--verify", signature, text], until: operation).output)
            guard let fingerprint = verdict.fingerprint else { return .none(verdict.reason) }
            let listed = try gpg.run(["--with-colons", "--list-keys", fingerprint], until: operation).output
            return .by(openPGPNames(of: fingerprint, in: listed))
        }
    }
}

struct GPG {
    var home: String

    func run(_ arguments: [String], until operation: Operation) throws(GitError) -> ProgramResult {
        let options = [
            "--homedir", home, "--no-options", "--batch", "--no-tty", "--quiet", "--no-autostart", "--disable-dirmngr",
            "--trust-model", "always", "--no-auto-check-trustdb", "--no-auto-key-retrieve", "--no-auto-key-locate",
            "--status-fd", "1",
        ]
        return try Git.run(
            ["gpg"] + options + arguments, environment: ["GNUPGHOME": home, "HOME": home], until: operation)
    }
}

/// What gpg's status lines say of one signature (GnuPG's doc/DETAILS).
struct GPGVerdict {
    /// The primary key's; nil unless the signature and its key are good.
    private(set) var fingerprint: String?
    private(set) var reason = "its OpenPGP signature can't be read"

    init(_ output: String) {
        let lines = output.split(separator: "\n").compactMap { line -> [Substring]? in
            line.hasPrefix("[GNUPG:] ") ? line.split(separator: " ").dropFirst().map { $0 } : nil
        }
        func count(_ word: String) -> Int { lines.count { $0.first == word[...] } }
        let refusals = [
            ("REVKEYSIG", "the OpenPGP key that signed it is revoked"),
            ("EXPKEYSIG", "the OpenPGP key that signed it has expired"),
            ("EXPSIG", "its OpenPGP signature has expired"), ("BADSIG", "its OpenPGP signature does not fit it"),
            ("ERRSIG", "its OpenPGP signature is by none of the keys in force, or can't be verified"),
        ]
        for (word, refusal) in refusals where count(word) > 0 {
            reason = refusal
            return
        }
        guard count("GOODSIG") == 1, count("VALIDSIG") == 1, count("NEWSIG") <= 1,
            let valid = lines.first(where: { $0.first == "VALIDSIG" }), valid.count >= 11
        else { return }
        // RFC 9580 §9.5; 1 is MD5, 2 SHA-1, 3 RIPEMD-160. Class 0 and 1 are signatures of a document.
        guard ["8", "9", "10", "11", "12", "14"].contains(valid[8]), ["00", "01"].contains(valid[9]) else {
            reason = "its OpenPGP signature is made with a weak digest, such as SHA-1"
            return
        }
        fingerprint = String(valid[10])
    }
}

/// The fingerprint, in capitals and not, and the valid user ids with their addresses (`--with-colons`, GnuPG's doc/DETAILS).
func openPGPNames(of fingerprint: String, in listed: String) -> Set<String> {
    var names: Set<String> = [fingerprint, fingerprint.lowercased()]
    for line in listed.split(separator: "\n") {
        let fields = line.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count > 9, fields[0] == "uid", !["r", "e", "i", "d"].contains(fields[1]) else { continue }
        let userID = String(fields[9]).replacing("\\x3a", with: ":")
        names.insert(userID)
        if userID.hasSuffix(">"), let open = userID.lastIndex(of: "<") {
            names.insert(String(userID[userID.index(after: open)...].dropLast()))
        }
    }
    return names
}
