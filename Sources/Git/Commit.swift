import CLibgit2

/// Who made a commit, and when. What a commit says of it may be anything: empty, or 0, where it can't be made out.
package struct Signature: Hashable, Sendable {
    package let name: String
    package let email: String
    /// Seconds since 1970, UTC.
    package let seconds: Int64
    /// The author's time zone, in minutes east of UTC.
    package let offsetMinutes: Int

    package init(name: String, email: String, seconds: Int64, offsetMinutes: Int = 0) {
        (self.name, self.email, self.seconds, self.offsetMinutes) = (name, email, seconds, offsetMinutes)
    }

    init(_ signature: git_signature) {
        name = String(cString: signature.name)
        email = String(cString: signature.email)
        seconds = signature.when.time
        offsetMinutes = Int(signature.when.offset)
    }
}

/// A commit as it is stored. Text that is not UTF-8 is repaired with U+FFFD.
package struct Commit: Hashable, Sendable {
    package let id: ObjectID
    package let parents: [ObjectID]
    package let tree: ObjectID
    package let author: Signature
    package let committer: Signature
    package let message: String

    /// The first line of the message.
    package var summary: String {
        String(message.drop(while: \.isNewline).prefix { !$0.isNewline })
    }
}
