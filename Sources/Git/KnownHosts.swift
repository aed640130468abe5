import Glibc

/// A known_hosts file (sshd(8)): which keys a host may show. libgit2 reads only the one in the home directory, and only
/// plain names, so the verdict is ours.
struct KnownHosts: Sendable {
    enum Verdict: Equatable {
        case known
        /// The line holds another key of the same type.
        case changed(line: Int)
        /// No line for this host holds a key of this type.
        case unknown
        case revoked(line: Int)
    }

    private struct Entry {
        let line: Int
        let names: [Substring]
        let type: String
        let key: [UInt8]
        let isRevoked: Bool
    }

    private let entries: [Entry]

    init(_ text: String) {
        entries = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            var fields = line.split(whereSeparator: \.isWhitespace)
            guard let first = fields.first, !first.hasPrefix("#") else { return nil }
            let isRevoked = first == "@revoked"
            if isRevoked { fields.removeFirst() }
            // Certificate authorities: libssh2 knows no host certificates.
            guard fields.count >= 3, !fields[0].hasPrefix("@"), let key = base64Decoded(fields[2]) else { return nil }
            return Entry(
                line: index + 1, names: fields[0].split(separator: ","), type: String(fields[1]), key: key,
                isRevoked: isRevoked)
        }
    }

    /// Judges `key`, in the form it has on the wire. `host` is `name`, or `[name]:port` when that is not 22.
    func check(host: String, key: [UInt8]) -> Verdict {
        let mine = entries.filter { matches($0.names, host) }
        if let entry = mine.first(where: { $0.isRevoked && $0.key == key }) { return .revoked(line: entry.line) }
        let valid = mine.filter { !$0.isRevoked }
        if valid.contains(where: { $0.key == key }) { return .known }
        let type = sshString(key).map { String(decoding: $0, as: UTF8.self) }
        return valid.first { $0.type == type }.map { .changed(line: $0.line) } ?? .unknown
    }

    /// A line with the key to ask `host` for: the first of the types that libssh2 can verify against a current server.
    func preferred(host: String) -> String? {
        let mine = entries.filter { !$0.isRevoked && matches($0.names, host) }
        let entry =
            mine.first { $0.type == "ssh-ed25519" } ?? mine.first { $0.type.hasPrefix("ecdsa-sha2-") } ?? mine.first
        return entry.map { "\(host) \($0.type) \(padded(base64Encoded($0.key)))\n" }
    }
}

/// True when a list of names or patterns, plain or hashed, means `host`; a `!pattern` that matches rules it out.
private func matches(_ names: [Substring], _ host: String) -> Bool {
    var found = false
    for name in names {
        if name.hasPrefix("|1|") {
            let parts = name.dropFirst(3).split(separator: "|")
            guard parts.count == 2, let salt = base64Decoded(parts[0]), let hash = base64Decoded(parts[1]) else {
                continue
            }
            found = found || hmacSHA1(key: salt, Array(host.utf8)) == hash
        } else if name.hasPrefix("!") {
            if glob(name.dropFirst().lowercased(), host) { return false }
        } else {
            found = found || glob(name.lowercased(), host)
        }
    }
    return found
}

/// `*` and `?` only: brackets stand for themselves here, around a host with a port.
private func glob(_ pattern: String, _ text: String) -> Bool {
    let escaped = pattern.replacing("[", with: "\\[").replacing("]", with: "\\]")
    return fnmatch(escaped, text, 0) == 0
}

/// The first string of an SSH message: four bytes of length, then the bytes.
func sshString(_ bytes: some Collection<UInt8>) -> [UInt8]? {
    guard bytes.count >= 4 else { return nil }
    let count = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    let rest = bytes.dropFirst(4)
    return rest.count >= count ? Array(rest.prefix(count)) : nil
}

private func padded(_ base64: String) -> String {
    base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
}
