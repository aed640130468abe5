import Testing

/// A host with one interface, whose MAC ends with its number.
func node(_ number: Int, _ allow: String = "false", mac: String? = nil, boots: String = "osie: {kernel: vmlinuz}")
    -> String
{
    """
    apiVersion: tinkerbell.org/v1alpha1
    kind: Hardware
    metadata: {name: node-\(number)}
    spec:
      interfaces:
        - dhcp: {mac: "\(mac ?? nodeAddress(number))"}
          netboot:
            allowPXE: \(allow)
            \(boots)

    """
}

func nodeAddress(_ number: Int) -> String { "52:54:00:00:00:\(number < 10 ? "0" : "")\(number)" }

func nodePath(_ number: Int) -> String { "inventory/node-\(number).yaml" }

func policy(_ spec: String) -> String {
    "apiVersion: bootlatch.dev/v1\nkind: BootPolicy\nmetadata: {name: lab}\nspec: {\(spec)}\n"
}

/// A repo before a push, the push, and what it does: the preview must say what the daemon then decides.
struct PreviewCase: Sendable, CustomTestStringConvertible {
    typealias Files = [String: String?]

    var testDescription: String
    var before: Files
    var commits: [Files]
    /// `KIND MAC REASON`, by the MAC's last two digits.
    var changes: [String]

    init(_ name: String, _ before: Files, _ commits: Files..., does changes: String...) {
        (testDescription, self.before, self.commits, self.changes) = (name, before, commits, changes)
    }
}

let elevenNodes = Dictionary(uniqueKeysWithValues: (1...11).map { (nodePath($0), Optional(node($0))) })
private let fleet: PreviewCase.Files = [
    "inventory/fleet.yaml": (20...29).map { node($0) }.joined(separator: "---\n")
]

let previewCases = [
    PreviewCase("on", [nodePath(1): node(1)], [nodePath(1): node(1, "true")], does: "armed 01 armed"),
    PreviewCase(
        "a suspension of everything", [nodePath(1): node(1, "true")], ["policies/stop.yaml": policy("suspend: x")],
        does: "held 01 held:suspended"),
    PreviewCase(
        "its end", [nodePath(1): node(1, "true"), "policies/stop.yaml": policy("suspend: x")],
        ["policies/stop.yaml": nil], does: "armed 01 armed"),
    PreviewCase(
        "its end, and on", [nodePath(1): node(1), "policies/stop.yaml": policy("suspend: x")],
        [nodePath(1): node(1, "true"), "policies/stop.yaml": nil], does: "held 01 held:loosened"),
    PreviewCase("off", [nodePath(1): node(1, "true")], [nodePath(1): node(1)], does: "disarmed 01 off"),
    PreviewCase(
        "a new host, off", [nodePath(1): node(1)], [nodePath(2): node(2)], does: "changed 02 off"),
    PreviewCase("a new host, on", [nodePath(1): node(1)], [nodePath(2): node(2, "true")], does: "armed 02 armed"),
    PreviewCase(
        "removed while on", fleet.merging([nodePath(1): node(1, "true")]) { $1 }, [nodePath(1): nil],
        does: "disarmed 01 unknown"),
    PreviewCase(
        "removed while off", fleet.merging([nodePath(1): node(1)]) { $1 }, [nodePath(1): nil],
        does: "changed 01 unknown"),
    PreviewCase("a comment", [nodePath(1): node(1, "true")], [nodePath(1): "# rack 1\n" + node(1, "true")]),
    PreviewCase("true again", [nodePath(1): node(1, "true")], [nodePath(1): node(1, "yes")]),
    PreviewCase(
        "another kernel while on", [nodePath(1): node(1, "true")],
        [nodePath(1): node(1, "true", boots: "osie: {kernel: rescue}")], does: "changed 01 armed"),
    PreviewCase(
        "another kernel while off", [nodePath(1): node(1)], [nodePath(1): node(1, boots: "osie: {kernel: rescue}")],
        does: "changed 01 off"),
    PreviewCase(
        "nothing to boot", [nodePath(1): node(1)], [nodePath(1): node(1, "true", boots: "osie: {}")],
        does: "held 01 noPlan"),
    PreviewCase(
        "a MAC edited while on", [nodePath(1): node(1, "true")], [nodePath(1): node(1, "true", mac: nodeAddress(9))],
        does: "disarmed 01 unknown", "changed 09 armed"),
    PreviewCase(
        "MACs exchanged while on", [nodePath(1): node(1, "true"), nodePath(2): node(2, "true")],
        [nodePath(1): node(1, "true", mac: nodeAddress(2)), nodePath(2): node(2, "true", mac: nodeAddress(1))],
        does: "held 02 held:ambiguous", "held 01 held:ambiguous"),
    PreviewCase(
        "a MAC claimed twice", [nodePath(1): node(1, "true")], [nodePath(2): node(2, mac: nodeAddress(1))],
        does: "held 01 suspended:duplicate"),
    PreviewCase(
        "a file that breaks while on", [nodePath(1): node(1, "true")], [nodePath(1): node(1, "\"true\"")],
        does: "held 01 suspended:broken"),
    PreviewCase(
        "a broken file repaired, on as it was", [nodePath(1): node(1, "true")], [nodePath(1): "{"],
        [nodePath(1): node(1, "true")]),
    PreviewCase(
        "eleven in one commit", elevenNodes,
        Dictionary(uniqueKeysWithValues: (1...11).map { (nodePath($0), node($0, "true")) }),
        does: "held 01 held:overLimit", "held 10 held:overLimit", "held 11 held:overLimit", "held 02 held:overLimit",
        "held 03 held:overLimit", "held 04 held:overLimit", "held 05 held:overLimit", "held 06 held:overLimit",
        "held 07 held:overLimit", "held 08 held:overLimit", "held 09 held:overLimit"),
    PreviewCase(
        "a policy that begins to forbid", [nodePath(1): node(1, "true"), nodePath(2): node(2)],
        ["policies/lab.yaml": policy("netboot: never")], does: "held 01 never"),
    PreviewCase(
        "armed with the policy that allows it", [nodePath(1): node(1), "policies/lab.yaml": policy("netboot: never")],
        [nodePath(1): node(1, "true"), "policies/lab.yaml": policy("netboot: allow")], does: "held 01 held:loosened"),
    PreviewCase(
        "armed with a policy that forbids it", [nodePath(1): node(1)],
        [nodePath(1): node(1, "true"), "policies/lab.yaml": policy("netboot: never")], does: "held 01 never"),
    PreviewCase(
        "a policy file that breaks", [nodePath(1): node(1, "true"), "policies/lab.yaml": policy("netboot: allow")],
        ["policies/lab.yaml": policy("netboot: maybe")], does: "held 01 held:brokenPolicy"),
    PreviewCase(
        "on and off in one push", [nodePath(1): node(1)], [nodePath(1): node(1, "true")], [nodePath(1): node(1)],
        does: "changed 01 off"),
    PreviewCase(
        "off and on in one push", [nodePath(1): node(1, "true")], [nodePath(1): node(1)],
        [nodePath(1): node(1, "true")], does: "armed 01 armed"),
    PreviewCase(
        "four times on in one push", [nodePath(1): node(1)], [nodePath(1): node(1, "true")], [nodePath(1): node(1)],
        [nodePath(1): node(1, "true")], [nodePath(1): node(1)], [nodePath(1): node(1, "true")], [nodePath(1): node(1)],
        [nodePath(1): node(1, "true")], does: "held 01 held:flapping"),
    PreviewCase(
        "most hosts lost", elevenNodes.merging([nodePath(1): node(1, "true")]) { $1 },
        Dictionary(uniqueKeysWithValues: (1...6).map { (nodePath($0), nil) }),
        does: "held 01 suspended:lost", "changed 02 suspended:lost", "changed 03 suspended:lost",
        "changed 04 suspended:lost", "changed 05 suspended:lost", "changed 06 suspended:lost"),
]
