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
    /// The labels of these names.
    var serial: String?
    var uuid: String?
    /// The annotation `bootlatch.dev/arm`.
    var arm: String?
    /// The annotation `bootlatch.dev/suspend`.
    var suspend: String?
    var note = 0
    var cards: [Card]

    var id: String { "lab/\(name)" }

    var text: String {
        var lines = [
            "apiVersion: tinkerbell.org/v1alpha1", "kind: Hardware", "# \(name), note \(note)", "metadata:",
            "  name: \(name)", "  namespace: lab", "  labels:", "    site: \(site)", "    role: \(role)",
        ]
        if let serial { lines.append("    serial: \"\(serial)\"") }
        if let uuid { lines.append("    uuid: \"\(uuid)\"") }
        if arm != nil || suspend != nil { lines.append("  annotations:") }
        if let arm { lines.append("    bootlatch.dev/arm: \"\(arm)\"") }
        if let suspend { lines.append("    bootlatch.dev/suspend: \"\(suspend)\"") }
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

extension Machine {
    /// Reads what `text` writes.
    init(_ lines: [Substring]) {
        self.init(name: "", cards: [])
        for line in lines {
            let parts = line.drop { $0 == " " }.split(separator: " ", maxSplits: 1)
            guard let key = parts.first, let value = parts.dropFirst().first.map(String.init) else { continue }
            let last = cards.count - 1
            switch key {
            case "#": note = value.split(separator: " ").last.flatMap { Int($0) } ?? 0
            case "name:": name = value
            case "site:": site = value
            case "role:": role = value
            case "serial:": serial = value.filter { $0 != "\"" }
            case "uuid:": uuid = value.filter { $0 != "\"" }
            case "bootlatch.dev/arm:": arm = value.filter { $0 != "\"" }
            case "bootlatch.dev/suspend:": suspend = value.filter { $0 != "\"" }
            case "-": cards.append(Card(mac: "", ip: ""))
            case "mac:" where last >= 0: cards[last].mac = value
            case "address:" where last >= 0: cards[last].ip = value
            case "allowPXE:" where last >= 0: cards[last].on = value == "true"
            case "allowWorkflow:" where last >= 0: cards[last].workflow = value == "true"
            case "url:" where last >= 0: cards[last].chained = true
            default: break
            }
        }
    }
}
