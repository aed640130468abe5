/// A text with Mustache's tags, taken apart when the repo is loaded, so that no boot finds out that it can't be read.
package struct Template: Sendable, Equatable {
    package enum Part: Sendable, Equatable {
        case text(String)
        /// `{{labels.role}}`, by the parts of its name; none for `{{.}}`.
        case value([String])
        /// `{{#name}}`: what lies in it once for each element of a list, once for anything else that says something. `{{^name}}`, which is
        /// inverted: once where there is nothing.
        case section([String], isInverted: Bool, [Part])
    }

    package var parts: [Part]

    package init(_ parts: [Part]) { self.parts = parts }
}

/// What a template may name.
package enum TemplateName {
    package static let labels = "labels"
    package static let nameServers = "nameServers"
    /// Placeholders as everywhere, and what the manifest says of the machine's network.
    package static let all = Placeholder.allCases.map(\.rawValue) + ["host", "netmask", "gateway", nameServers, labels]
}

/// What stands at a template's path in one commit.
package enum TemplateFile: Sendable, Equatable {
    case template(Template)
    /// Why nobody can use it, with the line where that tells.
    case unusable(String, line: Int? = nil)
}
