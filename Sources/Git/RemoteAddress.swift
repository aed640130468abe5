/// Where the inventory's repository is: a path, or a `file://`, `git://`, `ssh://`, `user@host:path` or `http(s)://`
/// address.
package struct RemoteAddress: Hashable, Sendable {
    package enum Scheme: String, Sendable {
        case path
        case file
        case git
        case ssh
        case http
        case https
    }

    package let scheme: Scheme
    package let user: String?
    let password: String?
    /// Without the brackets of an IPv6 address; empty for a path.
    package let host: String
    package let port: Int?
    /// As the server sees it: for `user@host:path` without a slash before it.
    package let path: String
    private let query: String?
    private let isShort: Bool

    package init(_ text: String) throws(GitError) {
        if let separator = text.firstRange(of: "://") {
            try self.init(
                scheme: text[..<separator.lowerBound], rest: text[separator.upperBound...], in: text)
        } else if let colon = shortColon(text) {
            let (user, _, host, port) = try splitAuthority(text[..<colon], in: text)
            guard port == nil else {
                throw .address(masked(text), reason: "with a port it is written ssh://user@host:port/path")
            }
            try self.init(
                .ssh, user: user, password: nil, host: host, port: nil,
                path: String(text[text.index(after: colon)...]), query: nil, isShort: true, in: text)
        } else {
            try self.init(
                .path, user: nil, password: nil, host: "", port: nil, path: text, query: nil, isShort: false, in: text)
        }
    }

    private init(scheme name: Substring, rest: Substring, in text: String) throws(GitError) {
        guard let scheme = Scheme(rawValue: name.lowercased()), scheme != .path else {
            throw .address(masked(text), reason: "use a path, file://, git://, ssh://, user@host:path or http(s)://")
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        if scheme == .file {
            guard rest[..<slash].isEmpty || rest[..<slash] == "localhost" else {
                throw .address(masked(text), reason: "file:// needs an absolute path: file:///srv/git/inventory.git")
            }
            try self.init(
                .file, user: nil, password: nil, host: "", port: nil, path: percentDecoded(rest[slash...]), query: nil,
                isShort: false, in: text)
            return
        }
        let (user, password, host, port) = try splitAuthority(rest[..<slash], in: text)
        let parts = rest[slash...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        try self.init(
            scheme, user: user, password: password, host: host, port: port, path: String(parts.first ?? ""),
            query: parts.count > 1 ? String(parts[1]) : nil, isShort: false, in: text)
    }

    private init(
        _ scheme: Scheme, user: String?, password: String?, host: String, port: Int?, path: String, query: String?,
        isShort: Bool, in text: String
    ) throws(GitError) {
        (self.scheme, self.user, self.password, self.host) = (scheme, user, password, host)
        (self.port, self.path, self.query, self.isShort) = (port, path, query, isShort)
        if path.isEmpty || path == "/" { throw .address(masked(text), reason: "it names no repository") }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            throw .address(masked(text), reason: "it holds control characters")
        }
        guard !isLocal else { return }
        // A host that begins with a dash would be an option to some program.
        if host.isEmpty || host.hasPrefix("-") || user?.hasPrefix("-") == true {
            throw .address(masked(text), reason: "it names no host")
        }
    }

    /// True for repositories in this machine's file system.
    package var isLocal: Bool { scheme == .path || scheme == .file }

    /// What libgit2 is given. Passwords and tokens stay out of it: they come by the credential callback.
    var url: String {
        switch scheme {
        case .path, .file: path
        case .ssh: isShort ? "\(login)\(bracketed):\(path)" : "ssh://\(login)\(authority)\(separated)"
        case .git, .http, .https: "\(scheme.rawValue)://\(authority)\(path)\(query.map { "?\($0)" } ?? "")"
        }
    }

    /// The host as known_hosts writes it: with its port when that is not 22.
    var knownHostsName: String {
        guard let port, port != 22 else { return host.lowercased() }
        return "[\(host.lowercased())]:\(port)"
    }

    private var login: String { "\(user ?? "git")@" }
    private var bracketed: String { host.contains(":") ? "[\(host)]" : host }
    private var authority: String { bracketed + (port.map { ":\($0)" } ?? "") }
    private var separated: String { path.hasPrefix("/") ? path : "/\(path)" }
}

extension RemoteAddress: CustomStringConvertible {
    /// The address with `***` where passwords and tokens are; in `http(s)://` the user part may be one, too.
    package var description: String {
        switch scheme {
        case .path: path
        case .file: "file://\(path)"
        case .ssh: url
        case .git, .http, .https:
            "\(scheme.rawValue)://\(user == nil ? "" : "***@")\(authority)\(path)\(query == nil ? "" : "?***")"
        }
    }
}

/// The colon of `user@host:path`, which stands before any slash, outside of brackets.
private func shortColon(_ text: String) -> String.Index? {
    var depth = 0
    for index in text.indices {
        switch text[index] {
        case "[": depth += 1
        case "]": depth -= 1
        case "/": return nil
        case ":" where depth == 0: return index
        default: break
        }
    }
    return nil
}

/// Splits `user:password@host:port`; also `[user@host:port]`, which git allows before a colon and a path.
private func splitAuthority(
    _ text: Substring, in whole: String
) throws(GitError) -> (user: String?, password: String?, host: String, port: Int?) {
    if text.hasPrefix("["), text.hasSuffix("]"), text.contains("@") {
        return try splitAuthority(text.dropFirst().dropLast(), in: whole)
    }
    let at = text.lastIndex(of: "@")
    let login = at.map { text[..<$0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) }
    var host = at.map { text[text.index(after: $0)...] } ?? text
    var port: Int?
    if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
        let digits = host[host.index(after: colon)...]
        guard let number = Int(digits), (1...65_535).contains(number) else {
            throw .address(masked(whole), reason: "\(digits) is not a port")
        }
        (port, host) = (number, host[..<colon])
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    return (
        login.map { percentDecoded($0[0]) }, login.flatMap { $0.count > 1 ? percentDecoded($0[1]) : nil }, String(host),
        port
    )
}

private func percentDecoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
            bytes.append(code)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// An address that could not be read, with everything up to its last `@` hidden.
private func masked(_ text: String) -> String {
    guard let at = text.lastIndex(of: "@") else { return text }
    return "***\(text[at...])"
}
