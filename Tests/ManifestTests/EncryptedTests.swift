import Inventory
import Testing

@testable import Manifest

struct EncryptedTests {
    private static let value = "ENC[AES256_GCM,data:3xk=,iv:aGk=,tag:dGFn,type:str]"
    private static let seal = """
        sops:
          age: [{recipient: age1x, enc: "-----BEGIN AGE ENCRYPTED FILE-----"}]
          lastmodified: "2026-11-20T10:00:00Z"
          mac: \(value)
          version: 3.9.0

        """

    private func hardware(_ mac: String, apiVersion: String = "tinkerbell.org/v1alpha1", kind: String = "Hardware")
        -> String
    {
        """
        apiVersion: \(apiVersion)
        kind: \(kind)
        metadata: {name: a}
        spec:
          userData: \(Self.value)
          interfaces:
          - dhcp: {mac: "\(mac)", hostname: a}
            netboot: {allowPXE: true}

        """
    }

    private func parse(_ text: String) -> ParsedFile { parseManifest(Array(text.utf8), path: "a.yaml") }

    @Test func `a manifest with secrets that Bootlatch does not read is read`() {
        let file = parse(hardware("52:54:00:12:34:01") + Self.seal)
        #expect(file.diagnostics == [])
        #expect(file.hosts.first?.interfaces.first?.isOn == true)
    }

    @Test func `an encrypted MAC says so`() {
        let file = parse(hardware(Self.value) + Self.seal)
        #expect(file.isBroken)
        #expect(
            file.diagnostics.first?.message.hasSuffix(": \(encryptedAdvice)") == true
                && file.diagnostics.first?.message.hasPrefix("spec.interfaces[0].dhcp.mac: expected a MAC address")
                    == true,
            "\(file.diagnostics)")
    }

    @Test func `an encrypted text is not sent to machines`() {
        let text = hardware("52:54:00:12:34:01").replacing("hostname: a", with: "hostname: \"\(Self.value)\"")
        let file = parse(text + Self.seal)
        #expect(file.isBroken)
        #expect(
            file.diagnostics.first?.message.contains("dhcp.hostname: expected a text, found the text \"ENC[") == true)
    }

    @Test func `a host whose kind is encrypted, too, is named by its MAC`() {
        let file = parse(hardware(Self.value, apiVersion: Self.value, kind: Self.value) + Self.seal)
        #expect(file.isBroken)
        #expect(
            file.diagnostics.map(\.description) == [
                "a.yaml:7:17: error: spec.interfaces[0].dhcp.mac: SOPS has encrypted this MAC, so that nobody knows whose file it is: "
                    + "leave apiVersion, kind and what Bootlatch reads in clear (SOPS' encrypted_regex says what to encrypt)"
            ])
    }

    @Test func `a secret whose kind is encrypted is passed over with the reason, one of a known kind without`() {
        let secret = parse("apiVersion: \(Self.value)\nkind: \(Self.value)\ndata: {a: \"\(Self.value)\"}\n" + Self.seal)
        #expect(!secret.isBroken && secret.diagnostics.map(\.severity) == [.warning])
        #expect(secret.diagnostics.first?.message.contains("is passed over") == true)
        #expect(parse("apiVersion: v1\nkind: Secret\ndata: {a: \"\(Self.value)\"}\n" + Self.seal).diagnostics == [])
    }

    @Test func `an edit that SOPS' signature would not survive is refused, and validate finds it before`() throws {
        let mac = try #require(MACAddress("52:54:00:12:34:01"))
        let text = hardware("52:54:00:12:34:01") + Self.seal
        let error = #expect(throws: EditRefusal.self) {
            try editManifest(Array(text.utf8), path: "a.yaml", .disarm(mac))
        }
        #expect(error?.message.contains("mac_only_encrypted") == true)
        #expect(error?.location.line == 12)
        let check = ManifestCheck(Array(text.utf8), parse(text))
        #expect(
            check.diagnostics.contains { $0.message.hasPrefix("Bootlatch could not turn a (52:54:00:12:34:01) off") })
        #expect(!check.diagnostics.contains { $0.message.contains("no such field") })
        let loose = text + "  mac_only_encrypted: true\n"
        let edited = try editManifest(Array(loose.utf8), path: "a.yaml", .disarm(mac))
        #expect(String(decoding: edited, as: UTF8.self) == loose.replacing("allowPXE: true", with: "allowPXE: false"))
    }
}
