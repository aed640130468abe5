/// The id of a git commit, in hexadecimal as git prints it (40 digits with SHA-1, 64 with SHA-256).
package struct CommitID: Hashable, Sendable, CustomStringConvertible {
    package var hex: String

    package init(_ hex: String) { self.hex = hex }

    package var description: String { hex }
    /// The first eight digits, as messages show it.
    package var short: String { String(hex.prefix(8)) }
}
