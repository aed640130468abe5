/// The names under which a signature by one of these keys may count: of an ssh key the first of its names; of an OpenPGP key that is not
/// expired or revoked its fingerprint, and its user ids with their addresses.
///
/// - Throws: `GitError` where gpg is needed, and is missing or did not end in time.
package func signerNames(
    in keys: SigningKeys, deadline: Duration = .seconds(10)
) async throws(GitError) -> Set<String> {
    var names = Set(sshNames(in: String(decoding: keys.ssh ?? [], as: UTF8.self)))
    guard !keys.openPGP.isEmpty else { return names }
    let home = try TemporaryFolder()
    let gpg = GPG(home: home.path)
    var files: [String] = []
    for (index, key) in keys.openPGP.enumerated() { files.append(try home.write(key, to: "\(index).keys")) }
    let listed = try await bounded(deadline, as: "gpg") { (operation) throws(GitError) in
        for file in files { _ = try gpg.run(["--import", file], until: operation) }
        return try gpg.run(["--with-colons", "--list-keys"], until: operation).output
    }
    for key in keyListings(in: listed) {
        guard let fingerprint = key.fingerprint else { continue }
        names.formUnion(openPGPNames(of: fingerprint, in: key.text))
    }
    return names
}

/// The first name of each line of an allowed signers file (ssh-keygen(1)); it may stand in quotes.
private func sshNames(in text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
        let line = line.drop(while: \.isWhitespace)
        guard let first = line.first, first != "#" else { return nil }
        let names = first == "\"" ? line.dropFirst().prefix { $0 != "\"" } : line.prefix { !$0.isWhitespace }
        return names.split(separator: ",").first.map(String.init)
    }
}

/// The keys of a listing that can sign (`--with-colons`, GnuPG's doc/DETAILS), each with its own lines.
private func keyListings(in listed: String) -> [(fingerprint: String?, text: String)] {
    var keys: [(fingerprint: String?, text: String)] = []
    var isUsable = false
    for line in listed.split(separator: "\n") {
        let fields = line.split(separator: ":", omittingEmptySubsequences: false)
        if fields[0] == "pub", fields.count > 1 {
            isUsable = !["r", "e", "i", "d"].contains(fields[1])
            if isUsable { keys.append((nil, "")) }
        }
        guard isUsable, let last = keys.indices.last else { continue }
        // The first one is the primary key's.
        if fields[0] == "fpr", fields.count > 9, keys[last].fingerprint == nil {
            keys[last].fingerprint = String(fields[9])
        }
        keys[last].text += line + "\n"
    }
    return keys
}
