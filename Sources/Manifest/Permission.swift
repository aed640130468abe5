import Inventory
import YAML

/// An interface's permission as its dialect writes it: all that an edit has to know of a dialect.
struct Permission {
    /// The mapping that holds it, where there is one, and the keys that lead there from the manifest's root.
    var block: Node?
    var wrap: (Patch) -> Patch
    var key: String
    var on: Patch
    var off: Patch
    /// A boolean beside it that a disarm turns off, and that an arming gives back.
    var companion: String?
    /// A MAC at its place, in an interface that has none yet.
    var bind: ((Patch) -> Patch)?

    /// The change as values to set in the manifest; nil when there is nothing to do.
    ///
    /// - Throws: where something stands there that is neither on nor off.
    func patch(for change: Change, of manifest: Node) throws(Edit.Refusal) -> Patch? {
        var keys: [(key: String, patch: Patch)] = []
        switch change {
        case .bind(_, let mac):
            guard let bind else {
                throw Edit.Refusal(
                    "a MAC stands here already: nothing to bind", at: block?.position ?? Position(line: 1, column: 1))
            }
            return bind(.text("\(mac)"))
        case .annotate(_, let value):
            return .at("metadata", "annotations", Dialect.armAnnotation, set: .text(value))
        case .suspend(_, let reason):
            return .at("metadata", "annotations", Dialect.suspendAnnotation, set: .text(reason))
        case .resume:
            let annotations = manifest["metadata"]?["annotations"]
            guard annotations?[Dialect.suspendAnnotation] != nil else { return nil }
            // What is left would be a mapping of nothing.
            if annotations?.entries.count == 1 { return .at("metadata", "annotations", set: .absent) }
            return .at("metadata", "annotations", Dialect.suspendAnnotation, set: .absent)
        case .disarm:
            guard let value = try value(), !off.isSet(in: value) else { return nil }
            keys.append((key, off))
            if let companion, block?[companion]?.bool == true { keys.append((companion, .bool(false))) }
        case .arm(_, let restoreWorkflow):
            _ = try value()
            keys.append((key, on))
            if let companion, restoreWorkflow { keys.append((companion, .bool(true))) }
        }
        return wrap(.keys(keys))
    }

    private func value() throws(Edit.Refusal) -> Node? {
        guard let node = block?[key], !node.isNull else { return nil }
        if on.isSet(in: node) || off.isSet(in: node) { return node }
        let expected =
            if case .text(let on) = on, case .text(let off) = off { "\"\(on)\" or \"\(off)\"" } else { "true or false" }
        throw Edit.Refusal("\(node.path): expected \(expected), found \(node.found)", at: node.position)
    }
}

extension Patch {
    fileprivate func isSet(in node: Node) -> Bool {
        switch self {
        case .bool(let value): node.bool == value
        case .text(let value): node.string == value
        case .keys, .item, .absent: false
        }
    }
}

extension Node {
    /// The permissions in this manifest of every interface with this MAC; more than one is a mistake.
    func permissions(of mac: MACAddress, _ dialect: Dialect) -> [Permission] {
        let spec = self["spec"]
        // The labels as the host's decoder reads them.
        let isUnseen = mac.isUnseen && MACAddress(unseenBy: labels) == mac
        switch dialect {
        case .hardwareV1Alpha1:
            return (spec?["interfaces"]?.items ?? []).enumerated().compactMap { number, interface in
                guard mac.isUnseen ? isUnseen && interface.hasNoMAC : interface["dhcp"]?["mac"]?.mac == mac else {
                    return nil
                }
                return Permission(
                    block: interface["netboot"],
                    wrap: { .at("spec", "interfaces", set: .item(number, .at("netboot", set: $0))) },
                    key: "allowPXE", on: .bool(true), off: .bool(false), companion: "allowWorkflow",
                    bind: mac.isUnseen
                        ? { .at("spec", "interfaces", set: .item(number, .at("dhcp", "mac", set: $0))) } : nil)
            }
        case .hardwareV1Alpha2:
            return (spec?["networkInterfaces"]?.mergedEntries ?? []).filter { $0.key.mac == mac }.map { entry in
                let key = entry.key.text
                return Permission(
                    block: entry.value["netboot"], wrap: { .at("spec", "networkInterfaces", key, "netboot", set: $0) },
                    key: "disabled", on: .bool(false), off: .bool(true))
            }
        case .bareMetalHost:
            let hasNoMAC = spec?["bootMACAddress"].map { $0.isNull || $0.string?.isEmpty == true } ?? true
            guard mac.isUnseen ? isUnseen && hasNoMAC : spec?["bootMACAddress"]?.mac == mac else { return [] }
            return [
                Permission(
                    block: self["metadata"]?["annotations"], wrap: { .at("metadata", "annotations", set: $0) },
                    key: Dialect.netbootAnnotation, on: .text("allow"), off: .text("deny"),
                    bind: mac.isUnseen ? { .at("spec", "bootMACAddress", set: $0) } : nil)
            ]
        }
    }

    private var labels: [String: String] {
        let fields = self["metadata"]?["labels"]?.fields ?? []
        return Dictionary(fields.compactMap { name, value in value.string.map { (name, $0) } }) { $1 }
    }

    private var mac: MACAddress? { string.flatMap { MACAddress($0) } }
}
