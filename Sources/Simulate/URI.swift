/// The part of RFC 3986 that boot scripts use: an absolute http, https or tftp address, and references relative to one.
package struct URI: Hashable, Sendable, CustomStringConvertible {
    package var scheme: String
    package var host: String
    /// Nil where the text names none; see `port`.
    package var explicitPort: Int?
    /// Path and query, beginning with a slash.
    package var path: String

    package init(scheme: String, host: String, port: Int? = nil, path: String) {
        self.scheme = scheme
        self.host = host
        self.explicitPort = port
        self.path = path.hasPrefix("/") ? path : "/" + path
    }

    /// Nil for everything that is not `scheme://host[:port][/path]`. A fragment is dropped, as no server gets to see it.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0]
        guard let mark = parts.firstRange(ofText: "://"), mark.lowerBound > parts.startIndex else { return nil }
        let scheme = parts[..<mark.lowerBound]
        guard scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "+") }) else { return nil }
        let rest = parts[mark.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end].split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(authority.count), let host = authority.first, !host.isEmpty else { return nil }
        var port: Int?
        if authority.count == 2 {
            guard let number = UInt16(authority[1]), number > 0 else { return nil }
            port = Int(number)
        }
        self.init(scheme: scheme.lowercased(), host: String(host), port: port, path: String(rest[end...]))
    }

    package var port: Int {
        if let explicitPort { return explicitPort }
        switch scheme {
        case "https": return 443
        case "tftp": return 69
        default: return 80
        }
    }

    /// The last component of the path, without the query.
    package var name: String {
        let file = path.prefix { $0 != "?" }
        return String(file[(file.lastIndex(of: "/").map { file.index(after: $0) } ?? file.startIndex)...])
    }

    /// Resolves a reference of a script that was fetched from here (RFC 3986 §5.2). Nil for a scheme without `//`.
    package func resolving(_ reference: String) -> URI? {
        if let absolute = URI(reference) { return absolute }
        let text = String(reference.prefix { $0 != "#" })
        if text.hasPrefix("//") { return URI(scheme + ":" + text) }
        guard !text.prefix(while: { $0 != "/" && $0 != "?" }).contains(":") else { return nil }
        var result = self
        let base = path.prefix { $0 != "?" }
        if text.isEmpty {
            return result
        } else if text.hasPrefix("?") {
            result.path = base + text
        } else {
            let folder = base[...(base.lastIndex(of: "/") ?? base.startIndex)]
            result.path = Self.withoutDots(text.hasPrefix("/") ? text : folder + text)
        }
        return result
    }

    package var description: String {
        scheme + "://" + host + (explicitPort.map { ":\($0)" } ?? "") + path
    }

    private static func withoutDots(_ path: String) -> String {
        let file = path.prefix { $0 != "?" }
        let query = path[file.endIndex...]
        var kept: [Substring] = []
        let parts = file.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let last = index == parts.count - 1
            switch part {
            case ".": if last { kept.append("") }
            case "..":
                _ = kept.popLast()
                if last { kept.append("") }
            default: kept.append(part)
            }
        }
        return "/" + kept.joined(separator: "/") + query
    }
}

extension StringProtocol {
    /// The first place of a short text; the standard library has this for collections only with a regular expression engine.
    func firstRange(ofText text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
