import BadInputs
import Inventory
import Testing
import YAML

@testable import Manifest

@Suite(.timeLimit(.minutes(10))) struct BadInputTests {
    @Test(arguments: BadInput.hostile + BadInput.foreign)
    func `bad input is refused or read in bounded time and memory, and says why`(input: BadInput) {
        let start = ContinuousClock.now
        let bytes = input.bytes()
        let file = parseManifest(bytes, path: "a.yaml")
        let check = ManifestCheck(bytes, file)
        let refusal = #expect(throws: EditRefusal.self) {
            try editManifest(bytes, path: "a.yaml", .disarm(MACAddress(bits: 1)))
        }
        let found = file.diagnostics.map(\.description)
        let time = "after \(ContinuousClock.now - start): \(found.prefix(3))"
        #expect(file.isBroken == (input.says != nil), "\(time)")
        #expect(file.diagnostics.first?.message.contains(input.says ?? "") ?? (input.says == nil), "\(time)")
        #expect(found.count + check.diagnostics.count <= 202 && found.allSatisfy { $0.utf8.count < 1000 }, "\(time)")
        #expect((refusal?.message.utf8.count ?? 0) < 1000, "\(time)")
    }

    @Test func `what a mapping of aliases stands for is not told in full either`() {
        let file = parseManifest(
            Array((BadInput.head + "spec: {interfaces: [\(BadInput.times(300, "1,"))]}\n").utf8), path: "a.yaml")
        #expect(file.diagnostics.count == 101)
        #expect(
            file.diagnostics.last?.description
                == "a.yaml:1:1: error: more than 100 findings; repair these to see the others")
        #expect(file.isBroken)
    }

    @Test func `an error behind a hundred warnings breaks the file`() {
        let cards = (0..<110).map { _ in "fe80::1" }.joined(separator: ", ")
        let file = parseManifest(
            Array(
                (BadInput.head
                    + "spec: {interfaces: [{dhcp: {mac: \"52:54:00:00:00:01\", name_servers: [\(cards)], uefi: 1}}]}\n")
                    .utf8),
            path: "a.yaml")
        #expect(file.diagnostics.count == 101 && file.isBroken)
    }

    @Test func `a broken file that speaks of a policy is known by it in UTF-16, too`() {
        let text = "apiVersion: bootlatch.dev/v1\nkind: BootPolicy\n"
        #expect(parseManifest(BadInput.utf16(text, bigEndian: false), path: "a").mentionsPolicy)
        #expect(!parseManifest(BadInput.utf16(BadInput.head, bigEndian: true), path: "a").mentionsPolicy)
    }

    /// As `sigs.k8s.io/yaml` reads them, which kubectl uses: no base-60 numbers, dates stay texts, YAML 1.1's booleans.
    @Test(arguments: [
        ("2026-01-01", Optional("2026-01-01")), ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("12:34:56", "12:34:56"),
        ("1_2:3", "1_2:3"), ("0x", "0x"), ("0b2", "0b2"), ("1.2.3", "1.2.3"), ("'1'", "1"), ("!!str 1", "1"),
        ("on", nil), ("No", nil), ("1", nil), ("01", nil), ("0x1F", nil), ("0o17", nil), ("0b1", nil), ("1_000", nil),
        ("1e3", nil),
        (".5", nil), (".inf", nil), ("-.Inf", nil), (".NaN", nil), ("123456789012345678901234567890", nil), ("~", nil),
    ])
    func `a plain value is a text only where Kubernetes reads one`(written: String, text: String?) {
        let file = parseManifest(
            Array(
                (BadInput.head
                    + "spec:\n  interfaces:\n  - dhcp:\n      mac: 52:54:00:12:34:01\n      hostname: \(written)\n")
                    .utf8),
            path: "a.yaml")
        #expect(file.hosts.first?.interfaces.first?.mac.description == "52:54:00:12:34:01")
        #expect(file.hosts.first?.interfaces.first?.dhcp.hostname == text)
        #expect(file.isBroken == (text == nil && written != "~"))
    }

    @Test(arguments: ["y", "n", "1", "'true'", "0x1", "~~", "2026-01-01"])
    func `what may or may not be a boolean arms nothing`(written: String) {
        let file = parseManifest(
            Array(
                (BadInput.head
                    + "spec:\n  interfaces:\n  - dhcp: {mac: 52:54:00:12:34:01}\n    netboot: {allowPXE: \(written)}\n")
                    .utf8),
            path: "a.yaml")
        #expect(file.isBroken && file.hosts.allSatisfy { $0.interfaces.allSatisfy { !$0.isOn } })
    }
}
