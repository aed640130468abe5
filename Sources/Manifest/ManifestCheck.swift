import Inventory
import YAML

/// What `validate` finds in one file beyond what loading it says: things that load, and will not do what somebody means.
package struct ManifestCheck: Sendable {
    package private(set) var diagnostics: [Diagnostic] = []
    /// What no two hosts may have, with its places.
    private(set) var claims: [NetworkClaim] = []

    package init(_ bytes: [UInt8], _ file: ParsedFile) {
        // A file that does not parse has been told of.
        guard let tree = try? Parser.parse(bytes) else { return }
        var reader = FieldReader(path: file.path)
        let manifests = manifests(in: tree)
        for manifest in manifests {
            if case .host(let dialect) = manifest.kind { reader.checkAnnotations(of: manifest.node, dialect) }
            switch manifest.kind {
            case .host(.hardwareV1Alpha1): reader.checkHardwareV1Alpha1(manifest.node)
            case .host(.hardwareV1Alpha2): reader.checkHardwareV1Alpha2(manifest.node)
            case .host(.bareMetalHost): reader.checkFields(of: manifest.node, at: "", in: .bareMetalHost)
            default: break
            }
        }
        let nodes = Dictionary(
            manifests.map { (reader.location(of: $0.node.resolved), $0.node) }, uniquingKeysWith: { first, _ in first })
        for host in file.hosts {
            let network = nodes[host.location].map { NetworkNodes.all(in: $0, host.dialect) } ?? [:]
            for interface in host.interfaces {
                let place = network[interface.mac.isUnseen ? nil : interface.mac]
                claims += reader.checkNetwork(of: interface, host, in: place)
            }
        }
        if !file.isBroken { reader.tryEdits(of: file, bytes) { nodes[$0.location]?.isShared ?? true } }
        diagnostics = reader.diagnostics
    }
}

extension FieldReader {
    /// A misspelt one would be believed to suspend its host.
    fileprivate mutating func checkAnnotations(of node: Node, _ dialect: Dialect) {
        var known = [Dialect.armAnnotation, Dialect.suspendAnnotation]
        if dialect == .bareMetalHost { known.append(Dialect.netbootAnnotation) }
        for entry in node["metadata"]?["annotations"]?.entries ?? [] {
            let name = entry.key.text
            guard name.hasPrefix(ManifestKind.group + "/"), !known.contains(name) else { continue }
            warning(entry.key, "Bootlatch has no such annotation\(suggestion(for: name, among: known))")
        }
    }

    /// What Tinkerbell itself makes of it.
    fileprivate mutating func checkHardwareV1Alpha1(_ node: Node) {
        checkFields(of: node, at: "", in: .hardwareV1Alpha1)
        for interface in node["spec"]?["interfaces"]?.items ?? [] where interface.resolved.kind == .mapping {
            if let mac = interface["dhcp"]?["mac"] { checkSpelling(of: mac) }
            // One that gets no answer at all is meant to be left alone.
            if interface["disableDhcp"]?.bool == true { continue }
            checkNetboot(of: interface, at: interface, off: "allowPXE: false")
        }
    }

    fileprivate mutating func checkHardwareV1Alpha2(_ node: Node) {
        checkFields(of: node, at: "", in: .hardwareV1Alpha2)
        for interface in node["spec"]?["networkInterfaces"]?.entries ?? [] where !interface.key.isMergeKey {
            if interface.value["dhcp"]?["v4"]?["disabled"]?.bool == true { continue }
            checkNetboot(of: interface.value, at: interface.key, off: "disabled: true")
        }
    }

    private mutating func checkSpelling(of written: Node) {
        guard let mac = MACAddress(written.text), written.text != "\(mac)" else { return }
        warning(written, "Tinkerbell knows MACs in lower case with colons only: write \(mac)")
    }

    private mutating func checkNetboot(of interface: Node, at place: Node, off: String) {
        guard interface["netboot"].map(\.isNull) ?? true else { return }
        warning(place, "without a netboot block nobody sees that it can be armed: write `netboot: {\(off)}`")
    }

    /// - Parameter path: where `node` stands, in the words of the lists; `*` for a key that is anything.
    fileprivate mutating func checkFields(of node: Node, at path: String, in fields: KnownFields) {
        if fields.names[path + ".*"] != nil {
            for entry in node.entries where !entry.key.isMergeKey {
                checkFields(of: entry.value, at: path + ".*", in: fields)
            }
            return
        }
        guard let known = fields.names[path] else { return }
        for item in node.items { checkFields(of: item, at: path, in: fields) }
        for entry in node.entries where !entry.key.isMergeKey {
            let name = entry.key.text
            // SOPS' own, which it takes away when it decrypts.
            if path.isEmpty, name == "sops", node.isEncryptedBySOPS { continue }
            if known.contains(name) {
                checkFields(of: entry.value, at: path.isEmpty ? name : "\(path).\(name)", in: fields)
            } else {
                warning(
                    entry.key, isFull ? "" : "\(fields.owner) has no such field\(suggestion(for: name, among: known))")
            }
        }
    }

    /// Tries what the first report of each machine would have to do: turn it off.
    ///
    /// Each try parses the file, so a large one is tried at the interfaces that share something with others (`isShared`) first of all,
    /// and at as many others as that takes a second or two.
    fileprivate mutating func tryEdits(of file: ParsedFile, _ bytes: [UInt8], isShared: (Host) -> Bool) {
        var budget = 16 << 20
        for host in file.hosts {
            let isShared = isShared(host)
            for interface in host.interfaces {
                guard budget > (isShared ? -(256 << 20) : 0) else { continue }
                budget -= 3 * bytes.count
                do {
                    let on =
                        interface.isOn
                        ? bytes : try editManifest(bytes, path: path, .arm(interface.mac, restoreWorkflow: false))
                    _ = try editManifest(on, path: path, .disarm(interface.mac))
                } catch {
                    warning(
                        at: error.location,
                        "Bootlatch could not turn \(host.id) (\(interface.mac)) off here, and would only refuse it: \(error.message)"
                    )
                }
                guard interface.mac.isUnseen else { continue }
                do {
                    _ = try editManifest(
                        bytes, path: path, .bind(interface.mac, to: MACAddress(bits: 0x5254_0000_0001)))
                } catch {
                    warning(
                        at: error.location,
                        "Bootlatch could not write the MAC of \(host.id) here, and would never boot it: \(error.message)"
                    )
                }
            }
        }
    }
}

extension Node {
    /// An anchor, an alias or a tag stands somewhere in it.
    fileprivate var isShared: Bool {
        let signs: Set<UInt8> = [UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!")]
        return tree.source[outerSpan.clamped(to: tree.source.indices)].contains { signs.contains($0) }
    }
}
