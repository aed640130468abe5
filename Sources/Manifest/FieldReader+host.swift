import Inventory
import YAML

/// What all dialects have in common: a Kubernetes object's metadata.
extension FieldReader {
    mutating func host(_ node: Node, _ dialect: Dialect) -> Host? {
        let metadata = mapping("metadata", of: node)
        guard let name = text("name", of: metadata), !name.isEmpty else {
            if field("name", of: metadata)?.string != nil || field("name", of: metadata) == nil {
                error(metadata ?? node, "expected a name: set metadata.name")
            }
            return nil
        }
        let namespace = text("namespace", of: metadata) ?? ""
        for (key, text) in [("name", name), ("namespace", namespace)] where !isName(text) {
            if let node = metadata?[key] { expected("a name of letters, digits, '-', '_' and '.'", at: node) }
            return nil
        }
        let annotations = mapping("annotations", of: metadata)
        var host = Host(
            id: Host.ID(namespace: namespace, name: name), dialect: dialect,
            labels: textMapping("labels", of: metadata), location: location(of: node.resolved))
        for (name, value) in annotations?.fields ?? [] {
            // A permission has its own words for what it expects.
            if dialect == .bareMetalHost, name == Dialect.netbootAnnotation { continue }
            let text = text(value)
            if name == Dialect.armAnnotation { host.armAnnotation = text }
            if name == Dialect.suspendAnnotation {
                host.suspend = text.map { Stop(reason: $0, location: location(of: value)) }
            }
        }
        let spec = mapping("spec", of: node)
        switch dialect {
        case .hardwareV1Alpha1: hardwareV1Alpha1(spec, into: &host)
        case .hardwareV1Alpha2: hardwareV1Alpha2(spec, into: &host)
        case .bareMetalHost: bareMetalHost(spec, annotations: annotations, metadata: metadata, of: node, into: &host)
        }
        return host
    }

    /// Why labels without a MAC name no machine, and what to do, as the end of a sentence.
    func unknownMachine(_ labels: [String: String], unseen: Int) -> String {
        if unseen > 1 { return ", and \(unseen) interfaces of this host have none: leave one of them without, at most" }
        for name in ["uuid", "serial"] {
            guard let value = labels["bootlatch.dev/\(name)"] ?? labels[name] else { continue }
            let isOne = name == "uuid" ? isReal(uuid: value) : isReal(serial: value)
            if isOne { continue }
            return ", and the label \(name) \(shown(value)) names no single machine: correct it, or add the MAC"
        }
        return ": add it, or a label uuid or serial to recognise the machine by"
    }

    /// Go writes a text that is not set as `""`.
    mutating func nonEmpty(_ key: String, of parent: Node?) -> String? {
        text(key, of: parent).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Dotted keys with their scalars.
    func flatten(_ node: Node, prefix: String, into result: inout [String: String]) {
        // A key of megabytes could stand in front of many thousand values.
        guard prefix.utf8.count <= 256 else { return }
        for (number, item) in node.items.enumerated() { flatten(item, prefix: "\(prefix)\(number).", into: &result) }
        for (name, value) in node.fields { flatten(value, prefix: "\(prefix)\(name).", into: &result) }
        if let scalar = node.scalar, scalar != .null { result[String(prefix.dropLast())] = node.text }
    }
}

/// Whether a text can be a name in commits, logs and file names. Kubernetes takes still fewer; an empty one is none.
private func isName(_ text: String) -> Bool {
    text.utf8.count <= 253
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
}
