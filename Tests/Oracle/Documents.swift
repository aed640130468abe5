/// One network card in a manifest.
package struct Card: Hashable, Sendable {
    var mac: String
    /// Of 127.0.0.0/8, so that a process can speak from it.
    var ip: String
    var on = false
    var workflow = false
    /// Boots by `ipxe.url`: its kernel does not go by the daemon.
    var chained = false
}

/// A `Hardware` manifest, as the sequences write it.
package struct Machine: Hashable, Sendable {
    var name: String
    var site = "a"
    var role = "web"
    /// The annotation `bootlatch.dev/arm`.
    var arm: String?
    var note = 0
    var cards: [Card]

    var id: String { "lab/\(name)" }

    var text: String {
        var lines = [
            "apiVersion: tinkerbell.org/v1alpha1", "kind: Hardware", "# \(name), note \(note)", "metadata:",
            "  name: \(name)", "  namespace: lab", "  labels:", "    site: \(site)", "    role: \(role)",
        ]
        if let arm { lines += ["  annotations:", "    bootlatch.dev/arm: \"\(arm)\""] }
        lines += ["spec:", "  interfaces:"]
        for card in cards {
            lines += [
                "    - dhcp:", "        mac: \(card.mac)", "        ip:", "          address: \(card.ip)",
                "          netmask: 255.255.0.0", "      netboot:", "        allowPXE: \(card.on)",
                "        allowWorkflow: \(card.workflow)",
            ]
            if card.chained {
                lines += [
                    "        ipxe:", "          url: http://192.0.2.1/menu.ipxe?hook={{hookURL}}&base={{artifacts}}",
                ]
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// A `BootPolicy`, as the sequences write it. Selects by labels: none, the site, or site and role.
package struct Policy: Hashable, Sendable {
    var name: String
    var site: String?
    var role: String?
    var never: Bool?
    var hours: Int?
    var full: Int?
    var early: Int?
    var armedPerCommit: Int?
    var profile = false

    func selects(_ machine: Machine) -> Bool {
        (site ?? machine.site) == machine.site && (role ?? machine.role) == machine.role
    }

    var rank: Int { (site == nil ? 0 : 1) + (role == nil ? 0 : 1) }

    var text: String {
        var labels: [String] = []
        if let site { labels.append("site: \(site)") }
        if let role { labels.append("role: \(role)") }
        var lines = [
            "apiVersion: bootlatch.dev/v1", "kind: BootPolicy", "metadata: {name: \(name)}", "spec:",
            labels.isEmpty ? "  selector: {}" : "  selector: {matchLabels: {\(labels.joined(separator: ", "))}}",
        ]
        if let never { lines.append("  netboot: \(never ? "never" : "allow")") }
        if let hours { lines.append("  expireAfter: \(hours)h") }
        if let full, let early { lines.append("  attempts: {full: \(full), early: \(early)}") }
        if let armedPerCommit { lines.append("  limits: {armedPerCommit: \(armedPerCommit)}") }
        if profile { lines.append("  profile: disk") }
        return lines.joined(separator: "\n") + "\n"
    }
}

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
        if lines.contains("kind: Hardware") { return .machine(machine(lines)) }
        if lines.contains("kind: BootPolicy") { return .policy(policy(lines)) }
        var text = lines.joined(separator: "\n")
        if !text.hasSuffix("\n") { text += "\n" }
        return .other(text)
    }

    private static func machine(_ lines: [Substring]) -> Machine {
        var machine = Machine(name: "", cards: [])
        for line in lines {
            let parts = line.drop { $0 == " " }.split(separator: " ", maxSplits: 1)
            guard let key = parts.first, let value = parts.dropFirst().first.map(String.init) else { continue }
            let last = machine.cards.count - 1
            switch key {
            case "#": machine.note = value.split(separator: " ").last.flatMap { Int($0) } ?? 0
            case "name:": machine.name = value
            case "site:": machine.site = value
            case "role:": machine.role = value
            case "bootlatch.dev/arm:": machine.arm = value.filter { $0 != "\"" }
            case "-": machine.cards.append(Card(mac: "", ip: ""))
            case "mac:" where last >= 0: machine.cards[last].mac = value
            case "address:" where last >= 0: machine.cards[last].ip = value
            case "allowPXE:" where last >= 0: machine.cards[last].on = value == "true"
            case "allowWorkflow:" where last >= 0: machine.cards[last].workflow = value == "true"
            case "url:" where last >= 0: machine.cards[last].chained = true
            default: break
            }
        }
        return machine
    }

    private static func policy(_ lines: [Substring]) -> Policy {
        var policy = Policy(name: "")
        for line in lines {
            let words = line.split { " {},:".contains($0) }.map(String.init)
            func after(_ word: String) -> String? {
                words.firstIndex(of: word).flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
            }
            switch words.first {
            case "metadata": policy.name = after("name") ?? ""
            case "selector": (policy.site, policy.role) = (after("site"), after("role"))
            case "netboot": policy.never = words.last == "never"
            case "expireAfter": policy.hours = words.last.flatMap { Int($0.dropLast()) }
            case "attempts":
                (policy.full, policy.early) = (after("full").flatMap { Int($0) }, after("early").flatMap { Int($0) })
            case "limits": policy.armedPerCommit = after("armedPerCommit").flatMap { Int($0) }
            case "profile": policy.profile = true
            default: break
            }
        }
        return policy
    }
}
