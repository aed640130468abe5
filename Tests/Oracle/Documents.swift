package enum Document: Hashable, Sendable {
    case machine(Machine)
    case policy(Policy)
    case other(String)

    var text: String {
        switch self {
        case .machine(let machine): machine.text
        case .policy(let policy): policy.text
        case .other(let text): text
        }
    }
}

/// One file of the repo. A broken one does not parse as YAML, though the generator can still read what it meant.
package struct Sheet: Hashable, Sendable {
    var documents: [Document]
    var broken = false

    static let profile = Sheet(documents: [
        .other(
            """
            apiVersion: bootlatch.dev/v1
            kind: BootProfile
            metadata: {name: disk}
            spec:
              kernel: disk/vmlinuz
              initrd: [disk/initrd]
              args: ["console=ttyS0", "hook={{hookURL}}"]

            """)
    ])

    init(documents: [Document], broken: Bool = false) {
        self.documents = documents
        self.broken = broken
    }

    private static let breakage = "oops: [not, yaml"

    var machines: [Machine] { documents.compactMap { if case .machine(let machine) = $0 { machine } else { nil } } }
    var policies: [Policy] { documents.compactMap { if case .policy(let policy) = $0 { policy } else { nil } } }

    var text: String { documents.map(\.text).joined(separator: "---\n") + (broken ? Sheet.breakage + "\n" : "") }

    /// Reads what `text` writes, and what merges and edits of flags make of it.
    init(_ text: String) {
        documents = []
        var lines: [Substring] = []
        let all: [Substring] = text.split(separator: "\n", omittingEmptySubsequences: false) + ["---"]
        for line in all {
            if line == Sheet.breakage || line.hasPrefix("<<<<<<<") {
                // The second is git's: somebody committed a conflict as it was.
                broken = true
            } else if line == "---" {
                if lines.contains(where: { !$0.isEmpty }) { documents.append(Sheet.document(lines)) }
                lines = []
            } else {
                lines.append(line)
            }
        }
    }

    private static func document(_ lines: [Substring]) -> Document {
        if lines.contains("kind: Hardware") { return .machine(Machine(lines)) }
        if lines.contains("kind: BootPolicy") { return .policy(Policy(lines)) }
        var text = lines.joined(separator: "\n")
        if !text.hasSuffix("\n") { text += "\n" }
        return .other(text)
    }
}
