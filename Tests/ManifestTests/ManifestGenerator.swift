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
                for _ in 0...number(below: 2) { hardware(indent: 2, dash: true) }
            } else {
                hardware(indent: 0, dash: false)
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

    private mutating func hardware(indent: Int, dash: Bool) {
        line("\(dash ? "- " : "")apiVersion: tinkerbell.org/v1alpha1", dash ? indent - 2 : indent)
        line("kind: Hardware", indent)
        if chance(30) {
            line(
                "metadata: {name: h\(number(below: 100))\(chance(30) ? ", annotations: {bootlatch.dev/arm: x}" : "")}",
                indent)
        } else {
            line("metadata:", indent)
            line("name: h\(number(below: 100))", indent + 3)
            if chance(30) {
                line("annotations:", indent + 3)
                line("note: \"a: b\"", indent + 5)
            }
        }
        line("spec:", indent)
        line("interfaces:", indent + 2)
        let step = pick([0, 2, 4])
        for _ in 0...number(below: 3) { interface(indent: indent + 2 + step) }
    }

    private mutating func interface(indent: Int) {
        let mac = MACAddress(bits: UInt64(0x0200_0000_0000 + macs.count))
        macs.append(mac)
        let inner = indent + 2
        if chance(20) {
            line("- {dhcp: {mac: \"\(mac)\"}\(chance(80) ? ", netboot: \(flowNetboot())" : "")}", indent)
            return
        }
        line("- dhcp:", indent)
        line("mac: \(chance(50) ? mac.hyphenated : mac.description.uppercased())", inner + 2)
        switch number(below: 6) {
        case 0: break
        case 1: line("netboot:\(chance(50) ? " ~" : "")", inner)
        case 2: line("netboot: \(flowNetboot())", inner)
        default: blockNetboot(indent: inner)
        }
        if chance(20) { line("disableDhcp: \(bool())", inner) }
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
        if chance(75) { line("allowPXE: \(bool())", inner) }
        if chance(40) { line("\"allowWorkflow\": \(bool())", inner) }
        line("osie: {kernel: k}", inner)
        if !anchor.isEmpty { anchors.append(String(anchor.dropFirst(2))) }
    }

    private mutating func flowNetboot() -> String {
        if !anchors.isEmpty, chance(40) { return "*\(pick(anchors))" }
        var entries: [String] = []
        if !anchors.isEmpty, chance(20) { entries.append("<<: *\(pick(anchors))") }
        if chance(75) { entries.append("allowPXE: \(bool())") }
        if chance(40) { entries.append("allowWorkflow: \(bool())") }
        if chance(30) { entries.append("ipxe: {url: \"http://x/{{mac}}\"}") }
        return "{\(entries.joined(separator: pick([", ", " , "])))}"
    }

    private mutating func bool() -> String {
        pick(["true", "True", "TRUE", "yes", "on", "!!bool true", "false", "False", "no", "off", "\"true\"", "1", "~"])
    }
}
