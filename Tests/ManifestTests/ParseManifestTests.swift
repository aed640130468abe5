import Inventory
import Testing

@testable import Manifest

struct ParseManifestTests {
    private func parse(_ text: String) -> ParsedFile { parseManifest(Array(text.utf8), path: "a.yaml") }
    private func host(_ name: String) -> String {
        "apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\nmetadata: {name: \(name)}\n"
    }

    @Test func `several documents, lists and other kinds in one file`() {
        let file = parse(
            """
            # only a comment
            ---
            \(host("a"))
            ---
            just: yaml
            ---
            - a list
            ---
            apiVersion: v1
            kind: Secret
            metadata: [not, ours]
            ---
            apiVersion: v1
            kind: List
            items:
              - {apiVersion: tinkerbell.org/v1alpha1, kind: Hardware, metadata: {name: b}}
              - {apiVersion: v1, kind: ConfigMap}
              - text
            ---
            apiVersion: tinkerbell.org/v1alpha1
            kind: HardwareList
            items: [{metadata: {name: c}}]
            ---
            apiVersion: tinkerbell.org/v1alpha1
            kind: Workflow
            ---
            """)
        #expect(file.diagnostics == [])
        #expect(file.hosts.map(\.id.name) == ["a", "b", "c"])
    }

    @Test(arguments: [
        ("a: [", "a.yaml:1:5: error: not YAML: did not find expected node content"),
        ("a: 1\n---\na: 1\na: 2\n", "a.yaml:4:1: error: the key a stands already in line 3: keep one of the two"),
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
            "a.yaml:1:1: error: this is a Git LFS pointer, and Bootlatch does not follow it: commit the manifest itself"
        ),
        (
            "{{ range .hosts }}\nkind: Hardware\n{{ end }}\n",
            "a.yaml:1:2: error: this looks like a Helm or Jinja template, and Bootlatch reads rendered manifests: commit its output, and keep the template out of inventory.paths; or put quotes around {{...}}"
        ),
        (
            "apiVersion: bootlatch.dev/v1\nkind: BootPolcy\n",
            "a.yaml:2:7: error: kind: no kind bootlatch.dev/v1 BootPolcy (did you mean bootlatch.dev/v1 BootPolicy?)"
        ),
    ])
    func `a broken file is broken as a whole`(text: String, message: String) {
        let file = parse(host("a") + "---\n" + text)
        let alone = parse(text)
        #expect(alone.isBroken && alone.diagnostics.map(\.description) == [message])
        #expect(file.isBroken || text.hasPrefix("version"))
    }

    @Test func `a line break that readers disagree on is a warning`() {
        let file = parse(host("a") + "# \u{2028}# x\n")
        #expect(file.diagnostics.map(\.severity) == [.warning])
        #expect(file.hosts.count == 1 && !file.isBroken)
    }

    @Test func `no bytes make it crash`() {
        var generator = SplitMix64(seed: 11)
        let text = Array(
            (host("a")
                + "spec:\n  interfaces:\n    - dhcp: {mac: 52:54:00:12:34:01}\n      netboot: &x {allowPXE: on}\n").utf8
        )
        for _ in 0..<2_000 {
            var bytes = text
            for _ in 0...Int.random(in: 0..<4, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = parseManifest(bytes, path: "a.yaml")
        }
    }
}
