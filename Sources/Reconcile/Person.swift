/// A person.
package struct Person: Sendable, Equatable {
    package var name: String
    package var email: String

    package init(name: String, email: String) {
        self.name = name
        self.email = email
    }
}

extension Person {
    /// Why git could not name this person as a commit's author, and what to write instead; nil where it can.
    package var trouble: String? {
        Self.trouble(with: name, as: "name") ?? Self.trouble(with: email, as: "e-mail address")
    }

    /// The same of one of the two.
    package static func trouble(with text: String, as what: String) -> String? {
        // What git and libgit2 cut off at both ends of a name.
        if text.unicodeScalars.allSatisfy({ $0.value <= 0x20 || ".,:;<>\"\\'".unicodeScalars.contains($0) }) {
            return "the \(what) of a commit's author is empty: give one, as in NAME <EMAIL>"
        }
        if text.unicodeScalars.contains(where: { $0 == "<" || $0 == ">" || $0.isControl }) {
            return "the \(what) of a commit's author holds <, > or a control character: leave that out"
        }
        return nil
    }
}

extension Unicode.Scalar {
    /// Also the line breaks that are no control characters.
    fileprivate var isControl: Bool {
        properties.generalCategory == .control || value == 0x2028 || value == 0x2029
    }
}

extension String {
    /// A trailer is one line, whatever stands in it.
    var oneLine: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.isControl ? " " : $0 }))
    }
}
