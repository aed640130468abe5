/// A name that is filled in wherever text goes to the machine: `{{hookURL}}`.
package enum Placeholder: String, CaseIterable, Sendable {
    /// Where to POST success; random, made for one boot.
    case hookURL
    /// Where to POST failure.
    case failedURL
    case mac
    case uuid
    case serial
    case hostname
    case ip
    /// Base URL of the artifacts for this boot, without a slash at its end.
    case artifacts
    /// Base URL of the profile's answers for this boot, without a slash at its end.
    case answerURL

    /// Spaces may stand inside the braces. Asked for every packet: it copies nothing.
    func stands(in text: String) -> Bool {
        var rest = text.utf8[...]
        while let brace = rest.firstIndex(of: UInt8(ascii: "{")) {
            rest = rest[rest.index(after: brace)...]
            guard rest.first == UInt8(ascii: "{") else { continue }
            let name = rest.drop { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: " ") }
            guard name.starts(with: rawValue.utf8) else { continue }
            if name.dropFirst(rawValue.utf8.count).drop(while: { $0 == UInt8(ascii: " ") }).starts(with: "}}".utf8) {
                return true
            }
        }
        return false
    }
}
