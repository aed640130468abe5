import Inventory

/// Sebastiano Vigna's generator: the same numbers for the same seed everywhere.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Makes files of manifests as people write them, every one different.
struct ManifestGenerator {
    private var random: SplitMix64
    private var text = ""
    private var anchors: [String] = []
    /// Of the manifest that is being written.
    private var dialect = Dialect.hardwareV1Alpha1
    private var permission: String { dialect == .hardwareV1Alpha2 ? "disabled" : "allowPXE" }
    /// The MACs of the last file.
    private(set) var macs: [MACAddress] = []

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func number(below limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    mutating func chance(_ percent: Int) -> Bool { number(below: 100) < percent }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(below: elements.count)] }

    mutating func file() -> [UInt8] {
        text = ""
        macs = []
        for document in 0...number(below: 3) {
            anchors = []
            if document > 0 { line("---", 0) }
            if chance(20) { line("# \(pick(["rack 1", "später: {{x}}", "allowPXE: true", "😀"]))", 0) }
            if chance(25) {
                line("apiVersion: v1", 0)
                line("kind: List", 0)
                line("items:", 0)
                for _ in 0...number(below: 2) { manifest(indent: 2, dash: true) }
            } else {
                manifest(indent: 0, dash: false)
            }
        }
        var result = text
        if chance(30) { result = result.replacing("\n", with: "\r\n") }
        if chance(20) { result = "\u{FEFF}" + result }
        if chance(20) { result = String(result.unicodeScalars.dropLast(result.hasSuffix("\r\n") ? 2 : 1)) }
        return Array(result.utf8)
    }

    private mutating func line(_ content: String, _ indent: Int) {
        text += String(repeating: " ", count: indent) + content
        if content.hasPrefix("#") || content.hasSuffix("|") || content.isEmpty || !chance(15) {
            text += "\n"
        } else {
            text += pick([" # why: é\n", "   # {{hookURL}}\n", "  \n"])
        }
        if chance(3) { text += pick(["\n", "# - old: true\n", "      # note\n"]) }
    }

    private mutating func manifest(indent: Int, dash: Bool) {
        dialect = pick(Dialect.allCases)
        let version =
            switch dialect {
            case .hardwareV1Alpha1: "tinkerbell.org/v1alpha1"
            case .hardwareV1Alpha2: "tinkerbell.org/v1alpha2"
            case .bareMetalHost: "metal3.io/v1alpha1"
            }
        line("\(dash ? "- " : "")apiVersion: \(version)", dash ? indent - 2 : indent)
        line("kind: \(dialect == .bareMetalHost ? "BareMetalHost" : "Hardware")", indent)
        metadata(indent: indent)
        line("spec:", indent)
        switch dialect {
        case .hardwareV1Alpha1:
            line("interfaces:", indent + 2)
            let step = pick([0, 2, 4])
            for _ in 0...number(below: 3) { interface(indent: indent + 2 + step) }
        case .hardwareV1Alpha2:
            line("networkInterfaces:", indent + 2)
            let step = pick([1, 2, 4])
            for _ in 0...number(below: 3) { keyedInterface(indent: indent + 2 + step) }
        case .bareMetalHost:
            line("online: true", indent + 2)
            line("bootMACAddress: \(spelled(nextMAC()))", indent + 2)
        }
    }

    private mutating func metadata(indent: Int) {
        var entries: [String] = []
        if chance(30) { entries.append("bootlatch.dev/arm: x") }
        if chance(30) { entries.append("note: \"a: b\"") }
        if dialect == .bareMetalHost, chance(75) { entries.append("bootlatch.dev/netboot: \(word())") }
        let name = "name: h\(number(below: 100))"
        if chance(30) {
            let annotations = entries.isEmpty ? "" : ", annotations: {\(entries.joined(separator: ", "))}"
            return line("metadata: {\(name)\(annotations)}", indent)
        }
        line("metadata:", indent)
        line(name, indent + 3)
        if entries.isEmpty, chance(70) { return }
        if chance(20) { return line("annotations: {\(entries.joined(separator: " , "))}", indent + 3) }
        var anchor = ""
        if dialect == .bareMetalHost, chance(20) { anchor = " &n\(anchors.count)" }
        line("annotations:\(anchor)", indent + 3)
        for entry in entries { line(entry, indent + 5) }
        if !anchor.isEmpty { anchors.append(String(anchor.dropFirst(2))) }
    }

    private mutating func nextMAC() -> MACAddress {
        let mac = MACAddress(bits: UInt64(0x0200_0000_AB00 + macs.count))
        macs.append(mac)
        return mac
    }

    private mutating func spelled(_ mac: MACAddress) -> String {
        let digits = mac.description.filter { $0 != ":" }
        return pick([
            "\(mac)", "\"\(mac)\"", "'\(mac)'", mac.hyphenated, mac.description.uppercased(), "\"\(digits)\"",
        ])
    }

    private mutating func keyedInterface(indent: Int) {
        let key = spelled(nextMAC())
        let inner = indent + pick([1, 2, 3])
        if chance(10) { return line("\(key):", indent) }
        if chance(20) {
            return line("\(key): {\(chance(80) ? "netboot: \(flowNetboot())" : "dhcp: {v4: {hostname: x}}")}", indent)
        }
        line("\(key):", indent)
        line("dhcp: {v4: {hostname: x}}", inner)
        netboot(indent: inner)
    }

    private mutating func interface(indent: Int) {
        let mac = nextMAC()
        let inner = indent + 2
        if chance(20) {
            line("- {dhcp: {mac: \"\(mac)\"}\(chance(80) ? ", netboot: \(flowNetboot())" : "")}", indent)
            return
        }
        line("- dhcp:", indent)
        line("mac: \(chance(50) ? mac.hyphenated : mac.description.uppercased())", inner + 2)
        netboot(indent: inner)
        if chance(20) { line("disableDhcp: \(bool())", inner) }
    }

    private mutating func netboot(indent: Int) {
        switch number(below: 6) {
        case 0: break
        case 1: line("netboot:\(chance(50) ? " ~" : "")", indent)
        case 2: line("netboot: \(flowNetboot())", indent)
        default: blockNetboot(indent: indent)
        }
    }

    private mutating func blockNetboot(indent: Int) {
        var anchor = ""
        if chance(25) {
            anchor = " &n\(anchors.count)"
        }
        line("netboot:\(anchor)", indent)
        let inner = indent + pick([1, 2, 4])
        if !anchors.isEmpty, chance(30) { line("<<: *\(pick(anchors))", inner) }
        if chance(40) {
            line("ipxe:", inner)
            line("contents: |", inner + 2)
            text += String(repeating: " ", count: inner + 4) + "#!ipxe {{mac}}\n"
        }
        if chance(75) { line("\(permission): \(bool())", inner) }
        if chance(40) { line("\"allowWorkflow\": \(bool())", inner) }
        line("osie: {kernel: k}", inner)
        if !anchor.isEmpty { anchors.append(String(anchor.dropFirst(2))) }
    }

    private mutating func flowNetboot() -> String {
        if !anchors.isEmpty, chance(40) { return "*\(pick(anchors))" }
        var entries: [String] = []
        if !anchors.isEmpty, chance(20) { entries.append("<<: *\(pick(anchors))") }
        if chance(75) { entries.append("\(permission): \(bool())") }
        if chance(40) { entries.append("allowWorkflow: \(bool())") }
        if chance(30) { entries.append("ipxe: {url: \"http://x/{{mac}}\"}") }
        return "{\(entries.joined(separator: pick([", ", " , "])))}"
    }

    private mutating func bool() -> String {
        pick(["true", "True", "TRUE", "yes", "on", "!!bool true", "false", "False", "no", "off", "\"true\"", "1", "~"])
    }

    private mutating func word() -> String {
        pick(["allow", "\"allow\"", "'allow'", "!!str allow", "deny", "\"deny\"", "'deny'", "~", "true", "\"\""])
    }
}
