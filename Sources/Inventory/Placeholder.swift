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
}
