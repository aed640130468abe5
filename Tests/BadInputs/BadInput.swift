import Inventory

/// A file that was made to cost time or memory, or that is no manifest at all.
package struct BadInput: Sendable, CustomStringConvertible {
    package var description: String
    /// What the first diagnostic says; nil where there is nothing wrong with it.
    package var says: String?
    package var bytes: @Sendable () -> [UInt8]

    init(_ name: String, says: String? = nil, _ text: @escaping @Sendable () -> String) {
        (description, self.says, bytes) = (name, says, { Array(text().utf8) })
    }

    init(_ name: String, says: String?, bytes: @escaping @Sendable () -> [UInt8]) {
        (description, self.says, self.bytes) = (name, says, bytes)
    }

    package static func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    package static let head = "apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\nmetadata: {name: a}\n"

    package static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { unit in
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            return bigEndian ? [high, low] : [low, high]
        }
    }

    private static let sops = "sops: {mac: \"ENC[d]\", lastmodified: e}\n"

    package static let hostile = [
        BadInput("100,000 [", says: "nested deeper than 64 levels: flatten it") { times(100_000, "[") },
        BadInput("100,000 {", says: "nested deeper than 64 levels: flatten it") { "a: " + times(100_000, "[{a: ") },
        BadInput("100,000 lists in each other", says: "nested deeper than 64 levels: flatten it") {
            times(100_000, "- ")
        },
        BadInput("2,800 mappings in each other", says: "nested deeper than 64 levels: flatten it") {
            (0..<2800).map { times($0, " ") + "a:\n" }.joined()
        },
        BadInput("100,000 mappings in one line", says: "no key can stand here") { times(100_000, "a: ") },
        BadInput("nine to the tenth laughs", says: "the aliases of this document stand for more than 10000 nodes") {
            "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
                + (1...9).map { "a\($0): &a\($0) [" + times(8, "*a\($0 - 1), ") + "*a\($0 - 1)]\n" }.joined()
        },
        BadInput("merges of merges", says: "the aliases of this document stand for more than 10000 nodes") {
            "a0: &a0 {x: 1}\n"
                + (1...9).map { "a\($0): &a\($0) {<<: [" + times(8, "*a\($0 - 1), ") + "*a\($0 - 1)]}\n" }.joined()
        },
        BadInput("a thousand aliases of a megabyte", says: "the aliases of this file stand for too much") {
            head + "x: &x \(times(1 << 20, "x"))\nlabels: {" + (0..<1000).map { "a\($0): *x" }.joined(separator: ", ")
                + "}\n"
        },
        BadInput("a tag line of two megabytes", says: "a tag or anchor of more than 1024 bytes") {
            "%TAG !x! tag:\(times(2 << 20, "y"))\n--- [" + times(100_000, "!x!a,") + "]\n"
        },
        BadInput("100,000 tag lines", says: "too many lines with a % in front") {
            (0..<100_000).map { "%TAG !a\($0)! b\n" }.joined() + "--- a\n"
        },
        BadInput("two million values", says: "the file has more than 500000 keys and values") {
            "[" + times(2_000_000, "a,") + "]"
        },
        BadInput("two million documents", says: "the file has more than 500000 keys and values") {
            times(1_000_000, "---\n")
        },
        BadInput("200,000 wrong values", says: "expected a text (put it in quotes), found the number 1") {
            head + "spec: {interfaces: [{netboot: {osie: {kernelParams: [" + times(200_000, "1,") + "]}}}]}\n"
        },
        BadInput("100,000 unknown fields of ours", says: "no such field") {
            "apiVersion: bootlatch.dev/v1\nkind: BootPolicy\nmetadata: {name: a}\nspec:\n"
                + (0..<100_000).map { "  field\($0): 1\n" }.joined()
        },
        BadInput("a megabyte in one line", says: nil) { head + "x: \(times(1 << 20, "é"))\n" },
        BadInput("a key of a megabyte", says: "no key can stand here") { "a:\n  \(times(1 << 20, "k")): 1\n" },
        BadInput("a long key above many values", says: nil) {
            head + "spec: {metadata: {instance: {? \(times(100_000, "k")) : [" + times(100_000, "a,") + "]}}}\n"
        },
        BadInput("10,000 hosts in one line", says: nil) {
            "{\"apiVersion\": \"tinkerbell.org/v1alpha1\", \"kind\": \"HardwareList\", \"items\": ["
                + (0..<10_000).map { "{\"metadata\": {\"name\": \"n\($0)\", \"annotations\": {\"x\": \"é\"}}}" }
                .joined(separator: ", ") + "]}"
        },
        BadInput("20,000 interfaces of one host", says: nil) {
            head + "spec:\n  interfaces:\n"
                + (0..<20_000).map { "  - {dhcp: {mac: \"\(MACAddress(bits: UInt64($0) + 256))\"}, netboot: {}}\n" }
                .joined()
        },
        BadInput("10,000 documents", says: nil) {
            (0..<10_000).map { "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c\($0)}\n" }.joined()
        },
        BadInput("10,000 hosts of one name on the network", says: nil) {
            (0..<10_000).map { number in
                let mac = MACAddress(bits: UInt64(number) + 256)
                return "---\n" + head.replacing("{name: a}", with: "{name: n\(number)}")
                    + "spec: {interfaces: [{dhcp: {mac: \"\(mac)\", hostname: localhost}, netboot: {}}]}\n"
            }.joined()
        },
        BadInput("three megabytes of nothing", says: nil) { times(3_000_000, "\n") + head },
    ]

    package static let foreign = [
        BadInput("NUL", says: "not valid UTF-8 text") { head + "x: a\0b\n" },
        BadInput("a control character", says: "not valid UTF-8 text") { head + "x: \u{7}\n" },
        BadInput(
            "Latin-1", says: "not valid UTF-8 text", bytes: { Array(head.utf8) + [0x78, 0x3A, 0x20, 0xE9, 0x0A] }),
        BadInput("half a character", says: "not valid UTF-8 text", bytes: { Array(head.utf8) + [0x23, 0xE2, 0x82] }),
        BadInput(
            "a surrogate", says: "not valid UTF-8 text", bytes: { Array(head.utf8) + [0x23, 0xED, 0xA0, 0x80, 0x0A] }),
        BadInput(
            "UTF-16 LE with a mark", says: "the file is UTF-16", bytes: { utf16("\u{FEFF}" + head, bigEndian: false) }),
        BadInput(
            "UTF-16 BE with a mark", says: "the file is UTF-16", bytes: { utf16("\u{FEFF}" + head, bigEndian: true) }),
        BadInput("UTF-16 LE", says: "the file is UTF-16", bytes: { utf16(head, bigEndian: false) }),
        BadInput("UTF-16 BE", says: "the file is UTF-16", bytes: { utf16(head, bigEndian: true) }),
        BadInput("tabs", says: "a tab indents this line") { head + "spec:\n\tinterfaces: []\n" },
        BadInput("CR only", says: nil) { String(head.map { $0 == "\n" ? "\r" : $0 }) },
        BadInput("a conflict", says: "a merge conflict was committed as it was") {
            head + "<<<<<<< HEAD\nspec: {}\n=======\nspec: {interfaces: []}\n>>>>>>> theirs\n"
        },
        BadInput("Helm", says: "this looks like a Helm or Jinja template") {
            "{{- range .Values.hosts }}\n---\n" + head + "{{- end }}\n"
        },
        BadInput("Helm within a value", says: "this looks like a Helm or Jinja template") {
            head + "spec:\n  {{- toYaml .Values.spec | nindent 2 }}\n"
        },
        BadInput("Jinja", says: "this looks like a Helm or Jinja template") {
            "{% for host in hosts %}\n---\n" + head + "{% endfor %}\n"
        },
        BadInput("a template that is YAML", says: "expected a name of letters, digits, '-', '_' and '.'") {
            "apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\nmetadata: {name: '{{ .Values.name }}'}\n"
        },
        BadInput("a name that would forge a trailer", says: "expected a name of letters, digits, '-', '_' and '.'") {
            "apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\nmetadata: {name: \"a\\nBootlatch-Host: b\"}\n"
        },
        BadInput("SOPS", says: "SOPS has encrypted this MAC") {
            "apiVersion: ENC[a]\nkind: ENC[b]\nspec: {interfaces: [{dhcp: {mac: \"ENC[c]\"}, netboot: {}}]}\n\(sops)"
        },
        BadInput("SOPS, apiVersion and kind in clear", says: "SOPS has encrypted this value") {
            head + "spec: {interfaces: [{dhcp: {mac: \"ENC[c]\"}, netboot: {}}]}\n\(sops)"
        },
        BadInput("a LFS pointer", says: "this is a Git LFS pointer") {
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"
        },
    ]
}
