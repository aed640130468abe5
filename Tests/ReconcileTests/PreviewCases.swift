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
    PreviewCase(
        "a freeze that begins", [nodePath(1): node(1, "true")], ["policies/lab.yaml": frozen],
        does: "held 01 held:frozen"),
    PreviewCase(
        "on while frozen", [nodePath(1): node(1), "policies/lab.yaml": frozen], [nodePath(1): node(1, "true")],
        does: "held 01 held:frozen"),
    PreviewCase(
        "a freeze that is taken out", [nodePath(1): node(1, "true"), "policies/lab.yaml": frozen],
        ["policies/lab.yaml": nil], does: "armed 01 armed"),
    PreviewCase(
        "a freeze that is taken out, and on", [nodePath(1): node(1), "policies/lab.yaml": frozen],
        [nodePath(1): node(1, "true"), "policies/lab.yaml": nil], does: "held 01 held:loosened"),
    PreviewCase(
        "more than may be armed at once",
        [nodePath(1): node(1, "true"), nodePath(2): node(2), "policies/lab.yaml": policy("limits: {armedAtOnce: 1}")],
        [nodePath(2): node(2, "true")], does: "held 02 held:queued"),
    PreviewCase(
        "more may be armed at once",
        [
            nodePath(1): node(1, "true"), nodePath(2): node(2, "true"),
            "policies/lab.yaml": policy("limits: {armedAtOnce: 1}"),
        ],
        ["policies/lab.yaml": policy("limits: {armedAtOnce: 2}")], does: "changed 01 armed", "armed 02 armed"),
    PreviewCase(
        "on without a new arm ID", [nodePath(1): node(1), "policies/lab.yaml": policy("require: {armID: true}")],
        [nodePath(1): node(1, "true")], does: "held 01 held:noArmID"),
    PreviewCase(
        "on with a new arm ID", [nodePath(1): node(1), "policies/lab.yaml": policy("require: {armID: true}")],
        [nodePath(1): annotated(node(1, "true"), "bootlatch.dev/arm: a")], does: "armed 01 armed"),
    PreviewCase(
        "another arm ID while on", [nodePath(1): annotated(node(1, "true"), "bootlatch.dev/arm: a")],
        [nodePath(1): annotated(node(1, "true"), "bootlatch.dev/arm: b")], does: "armed 01 armed"),
    PreviewCase(
        "on, and its serial is not known",
        [nodePath(1): node(1), "policies/lab.yaml": policy("require: {serial: true}")],
        [nodePath(1): node(1, "true")], does: "held 01 held:wrongSerial"),
    PreviewCase(
        "on, and its serial is known", [nodePath(1): node(1), "policies/lab.yaml": policy("require: {serial: true}")],
        [nodePath(1): node(1, "true").replacing("{name: node-1}", with: "{name: node-1, labels: {serial: X1}}")],
        does: "armed 01 armed"),
    PreviewCase(
        "on with the requirement taken out",
        [nodePath(1): node(1), "policies/lab.yaml": policy("require: {serial: true}")],
        [nodePath(1): node(1, "true"), "policies/lab.yaml": nil], does: "held 01 held:loosened"),
    PreviewCase(
        "two policies that disagree", [nodePath(1): node(1, "true"), "policies/a.yaml": policy("expireAfter: 1h")],
        ["policies/b.yaml": policy("expireAfter: 2h").replacing("lab", with: "b")], does: "held 01 held:brokenPolicy"),
    PreviewCase(
        "v1alpha2, on", ["inventory/a.yaml": v1alpha2(true)], ["inventory/a.yaml": v1alpha2(false)],
        does: "armed 01 armed"),
    PreviewCase(
        "v1alpha2, off", ["inventory/a.yaml": v1alpha2(true)], ["inventory/a.yaml": v1alpha2(false)],
        ["inventory/a.yaml": v1alpha2(true)], does: "changed 01 off"),
    PreviewCase(
        "BareMetalHost, on", ["inventory/a.yaml": bareMetalHost("deny"), "policies/p.yaml": profile],
        ["inventory/a.yaml": bareMetalHost("allow")], does: "armed 01 armed"),
    PreviewCase(
        "BareMetalHost, no longer anything", ["inventory/a.yaml": bareMetalHost("deny"), "policies/p.yaml": profile],
        ["inventory/a.yaml": bareMetalHost("allow")], ["inventory/a.yaml": bareMetalHost("~")],
        does: "changed 01 off"),
]

private let frozen = policy("freeze: [{from: 2027-01-01T00:00:00Z, until: 2027-02-01T00:00:00Z, reason: holidays}]")

private let profile =
    policy("profile: p")
    + "---\napiVersion: bootlatch.dev/v1\nkind: BootProfile\nmetadata: {name: p}\nspec: {kernel: k}\n"

private func annotated(_ manifest: String, _ annotation: String) -> String {
    manifest.replacing("{name: node-1}", with: "{name: node-1, annotations: {\(annotation)}}")
}

private func v1alpha2(_ isDisabled: Bool) -> String {
    """
    apiVersion: tinkerbell.org/v1alpha2
    kind: Hardware
    metadata: {name: node-1}
    spec:
      instance: {osie: {kernelURL: vmlinuz}}
      networkInterfaces:
        "\(nodeAddress(1))":
          netboot: {disabled: \(isDisabled)}

    """
}

private func bareMetalHost(_ permission: String) -> String {
    """
    apiVersion: metal3.io/v1alpha1
    kind: BareMetalHost
    metadata: {name: node-1, annotations: {bootlatch.dev/netboot: \(permission)}}
    spec: {online: true, bootMACAddress: "\(nodeAddress(1))"}

    """
}
