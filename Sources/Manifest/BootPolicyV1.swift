import Inventory
import YAML

/// `BootPolicy`, `bootlatch.dev/v1`.
extension FieldReader {
    mutating func bootPolicy(_ node: Node) -> BootPolicy? {
        guard let (name, spec) = ownManifest(node) else { return nil }
        checkFields(
            of: spec,
            known: [
                "selector", "netboot", "profile", "attempts", "expireAfter", "outdatedAfter", "freeze", "require",
                "refuse", "limits", "introduce", "suspend",
            ])
        var policy = BootPolicy(name: name, location: location(of: node))
        policy.selector = selector(mapping("selector", of: spec))
        policy.netboot = choice("netboot", of: spec)
        policy.profile = text("profile", of: spec)
        policy.attempts = attempts(mapping("attempts", of: spec))
        policy.expireAfter = duration("expireAfter", of: spec, atLeast: 60)
        policy.outdatedAfter = duration("outdatedAfter", of: spec, atLeast: 60)
        policy.freeze = freezes("freeze", of: spec)
        policy.require = require(mapping("require", of: spec))
        policy.introduce = choice("introduce", of: spec)
        policy.refuse = refuse(mapping("refuse", of: spec))
        policy.suspend = field("suspend", of: spec).flatMap { node in
            text(node).map { Stop(reason: $0, location: location(of: node)) }
        }
        let limits = mapping("limits", of: spec)
        checkFields(of: limits, known: ["armedAtOnce", "armedPerCommit"])
        policy.armedAtOnce = integer("armedAtOnce", of: limits, in: 1...Int.max)
        policy.armedPerCommit = integer("armedPerCommit", of: limits, in: 1...Int.max)
        policy.fields = locations(
            of: spec, ["netboot", "profile", "expireAfter", "outdatedAfter", "freeze", "introduce"])
        for (group, names) in [
            ("attempts", ["full", "early"]), ("require", ["serial", "uuid", "armID", "signedBy"]),
            ("limits", ["armedAtOnce", "armedPerCommit"]), ("refuse", ["pxe", "http", "bios", "uefi"]),
        ] {
            for (name, place) in locations(of: field(group, of: spec), names) {
                policy.fields["\(group).\(name)"] = place
            }
        }
        return policy
    }

    private func locations(of node: Node?, _ names: [String]) -> [String: SourceLocation] {
        names.reduce(into: [:]) { found, name in found[name] = field(name, of: node).map(location) }
    }

    /// Name and spec of a manifest of ours, whose fields must all be known.
    mutating func ownManifest(_ node: Node) -> (name: String, spec: Node)? {
        checkFields(of: node, known: ["apiVersion", "kind", "metadata", "spec"])
        let metadata = mapping("metadata", of: node)
        let name = text("name", of: metadata) ?? ""
        if name.isEmpty { error(metadata ?? node, "expected a name: set metadata.name") }
        guard let spec = mapping("spec", of: node) else {
            if field("spec", of: node) == nil { error(node, "expected a spec") }
            return nil
        }
        return name.isEmpty ? nil : (name, spec)
    }

    private mutating func selector(_ node: Node?) -> BootPolicy.Selector {
        checkFields(of: node, known: ["matchLabels", "names", "paths"])
        return BootPolicy.Selector(
            matchLabels: textMapping("matchLabels", of: node), names: texts("names", of: node),
            paths: texts("paths", of: node))
    }

    private mutating func attempts(_ node: Node?) -> AttemptsPolicy {
        checkFields(of: node, known: ["full", "early"])
        return AttemptsPolicy(
            full: integer("full", of: node, in: 1...Int.max), early: integer("early", of: node, in: 1...Int.max))
    }

    private mutating func require(_ node: Node?) -> RequirePolicy {
        checkFields(of: node, known: ["serial", "uuid", "armID", "signedBy"])
        return RequirePolicy(
            serial: bool("serial", of: node), uuid: bool("uuid", of: node), armID: bool("armID", of: node),
            signedBy: signers("signedBy", of: node))
    }

    /// An empty list is an error: nobody could sign, or nobody need to, and a reader can't tell which.
    private mutating func signers(_ key: String, of parent: Node?) -> Set<String>? {
        guard let node = field(key, of: parent) else { return nil }
        let names = texts(key, of: parent)
        if node.resolved.kind == .sequence, node.items.isEmpty {
            expected("one or more names of signers, such as [ops]", at: node)
        }
        return names.isEmpty ? nil : Set(names)
    }

    private mutating func refuse(_ node: Node?) -> RefusePolicy {
        checkFields(of: node, known: ["pxe", "http", "bios", "uefi"])
        return RefusePolicy(
            pxe: choice("pxe", of: node), http: choice("http", of: node), bios: steps("bios", of: node),
            uefi: steps("uefi", of: node))
    }

    private mutating func steps(_ key: String, of parent: Node?) -> [RefusePolicy.Step]? {
        guard field(key, of: parent) != nil else { return nil }
        var result: [RefusePolicy.Step] = []
        for item in items(key, of: parent) {
            guard let text = text(item) else { continue }
            guard let step = RefusePolicy.Step(written: text) else {
                expected(
                    "sanboot:0x80, sanboot:0, exit, exit:1, grub-local, poweroff, or a script that starts with #!ipxe",
                    at: item)
                continue
            }
            if case .script = step { checkPlaceholders(of: text, at: item) }
            result.append(step)
        }
        return result
    }
}

extension RefusePolicy.Step {
    /// A step as a policy writes it.
    init?(written text: String) {
        if text.hasPrefix("#!ipxe") {
            self = .script(text)
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let argument = parts.count == 2 ? String(parts[1]) : nil
        switch (String(parts[0]), argument) {
        case ("sanboot", let drive?):
            let digits = drive.hasPrefix("0x") ? drive.dropFirst(2) : drive[...]
            guard let number = Int(digits, radix: drive.hasPrefix("0x") ? 16 : 10), (0...255).contains(number) else {
                return nil
            }
            self = .sanboot(drive: drive)
        case ("exit", nil): self = .exit(status: nil)
        case ("exit", let status?):
            guard let status = Int(status), (0...255).contains(status) else { return nil }
            self = .exit(status: status)
        case ("grub-local", nil): self = .grubLocal
        case ("poweroff", nil): self = .poweroff
        default: return nil
        }
    }
}
