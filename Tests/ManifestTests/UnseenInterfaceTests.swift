import Inventory
import Testing

@testable import Manifest

/// Interfaces without a MAC, of hosts that a label names: what is read, and how the MAC is written.
struct UnseenInterfaceTests {
    private static let uuid = "4c4c4544-0042-3510-8052-b2c04f4b3232"
    private static let mac = MACAddress(bits: 0x5254_0012_3401)

    private func key(_ labels: [String: String]) throws -> MACAddress { try #require(MACAddress(unseenBy: labels)) }

    private func parse(_ text: String) -> ParsedFile { parseManifest(Array(text.utf8), path: "a.yaml") }

    private func hardware(_ labels: String, _ interface: String) -> String {
        """
        apiVersion: tinkerbell.org/v1alpha1
        kind: Hardware
        metadata:
          name: edge
          labels: {\(labels)}  # from the delivery note
        spec:
          interfaces:
        \(interface)

        """
    }

    private func baremetal(_ labels: String, _ spec: String) -> String {
        """
        apiVersion: metal3.io/v1alpha1
        kind: BareMetalHost
        metadata:
          name: edge
          labels: {\(labels)}
          annotations:
            bootlatch.dev/netboot: "allow"
        \(spec)

        """
    }

    @Test(arguments: ["", "{mac: }", "{mac: ~}", "{mac: \"\"}", "{ip: {address: 10.1.0.9, netmask: 255.255.255.0}}"])
    func `a host that a label names has an interface before anybody knows its MAC`(dhcp: String) throws {
        let dhcp = dhcp.isEmpty ? "" : "      dhcp: \(dhcp)\n"
        let file = parse(
            hardware(
                "site: oslo, uuid: \(Self.uuid)", "    - disableDhcp: false\n\(dhcp)      netboot: {allowPXE: true}"))
        #expect(file.diagnostics == [])
        let spec = try #require(file.hosts.first?.interfaces.first)
        #expect(spec.mac == (try key(["uuid": Self.uuid])))
        #expect(spec.isOn)
    }

    @Test func `a BareMetalHost without a boot MAC has one too`() throws {
        for spec in ["spec: {online: true}", "spec: {bootMACAddress: \"\"}", ""] {
            let file = parse(baremetal("serial: CZ2041", spec))
            #expect(file.diagnostics == [])
            #expect(file.hosts.first?.interfaces.map(\.mac) == [try key(["serial": "CZ2041"])])
        }
    }

    @Test(arguments: [
        ("site: oslo", "add it, or a label uuid or serial to recognise the machine by"),
        ("serial: None", "and the label serial None names no single machine: correct it, or add the MAC"),
        (
            "uuid: 4c4c4544, serial: CZ2041",
            "and the label uuid 4c4c4544 names no single machine: correct it, or add the MAC"
        ),
    ])
    func `labels that name no single machine are an error where it is on`(labels: String, advice: String) {
        let texts = [
            hardware(labels, "    - netboot: {allowPXE: true}"), baremetal(labels, "spec: {online: true}"),
        ]
        for text in texts {
            let file = parse(text)
            #expect(file.diagnostics.count == 1)
            #expect(file.diagnostics.first?.message.hasSuffix(advice) == true, "\(file.diagnostics)")
            #expect(file.hosts.flatMap(\.interfaces).isEmpty)
        }
        #expect(parse(hardware(labels, "    - netboot: {allowPXE: false}")).diagnostics == [])
    }

    @Test func `two interfaces without a MAC are an error where one is on, for nobody could tell them apart`() {
        let two = "    - netboot: {allowPXE: true}\n    - netboot: {allowPXE: false}"
        let file = parse(hardware("uuid: \(Self.uuid)", two))
        #expect(
            file.diagnostics.map(\.message) == [
                "spec.interfaces[0].netboot: allowPXE is true, but there is no dhcp.mac to know the interface by, and 2 interfaces of this "
                    + "host have none: leave one of them without, at most"
            ])
        #expect(file.hosts.flatMap(\.interfaces).isEmpty)
        let one = "    - netboot: {allowPXE: true}\n    - dhcp: {mac: 52:54:00:12:34:02}"
        #expect(parse(hardware("uuid: \(Self.uuid)", one)).hosts.first?.interfaces.count == 2)
    }

    // Edits

    private func edited(_ text: String, _ change: Change) throws -> String {
        String(decoding: try editManifest(Array(text.utf8), path: "a.yaml", change), as: UTF8.self)
    }

    @Test(arguments: [
        (
            "    - netboot: {allowPXE: true}",
            "    - netboot: {allowPXE: true}\n      dhcp:\n        mac: \"52:54:00:12:34:01\""
        ),
        (
            "    - dhcp: {hostname: e}  # port 1\n      netboot: {allowPXE: true}",
            "    - dhcp: {hostname: e, mac: \"52:54:00:12:34:01\"}  # port 1\n      netboot: {allowPXE: true}"
        ),
        (
            "    - dhcp:\n        hostname: e  # as printed\n      netboot: {allowPXE: true}",
            "    - dhcp:\n        hostname: e  # as printed\n        mac: \"52:54:00:12:34:01\"\n      netboot: {allowPXE: true}"
        ),
        (
            "    - dhcp:\n        mac:   # not known yet\n      netboot: {allowPXE: true}",
            "    - dhcp:\n        mac: \"52:54:00:12:34:01\"   # not known yet\n      netboot: {allowPXE: true}"
        ),
        (
            "    - dhcp: {mac: ''}\n      netboot: {allowPXE: true}",
            "    - dhcp: {mac: '52:54:00:12:34:01'}\n      netboot: {allowPXE: true}"
        ),
    ])
    func `a MAC is written where it belongs, and nothing else changes`(before: String, after: String) throws {
        let labels = "uuid: \(Self.uuid)"
        let key = try key(["uuid": Self.uuid])
        let text = try edited(hardware(labels, before), .bind(key, to: Self.mac))
        #expect(text == hardware(labels, after))
        let spec = try #require(parse(text).hosts.first?.interfaces.first)
        #expect(spec.mac == Self.mac)
        #expect(spec.isOn)
    }

    @Test(arguments: [
        ("spec: {online: true}", "spec: {online: true, bootMACAddress: \"52:54:00:12:34:01\"}"),
        ("spec:\n  online: true  # always", "spec:\n  online: true  # always\n  bootMACAddress: \"52:54:00:12:34:01\""),
        ("spec:\n  bootMACAddress: \"\"", "spec:\n  bootMACAddress: \"52:54:00:12:34:01\""),
    ])
    func `the same for a BareMetalHost`(before: String, after: String) throws {
        let key = try key(["serial": "CZ2041"])
        let text = try edited(baremetal("serial: CZ2041", before), .bind(key, to: Self.mac))
        #expect(text == baremetal("serial: CZ2041", after))
        #expect(parse(text).hosts.first?.interfaces.map(\.mac) == [Self.mac])
    }

    @Test func `an interface without a MAC is turned off and on like any other`() throws {
        let key = try key(["uuid": Self.uuid])
        let labels = "uuid: \(Self.uuid)"
        let on = hardware(labels, "    - netboot: {allowPXE: true, allowWorkflow: true}  # once")
        let off = hardware(labels, "    - netboot: {allowPXE: false, allowWorkflow: false}  # once")
        #expect(try edited(on, .disarm(key)) == off)
        #expect(try edited(off, .arm(key, restoreWorkflow: true)) == on)
        let host = baremetal("serial: CZ2041", "spec: {online: true}")
        #expect(
            try edited(host, .disarm(try self.key(["serial": "CZ2041"])))
                == host.replacing("\"allow\"", with: "\"deny\""))
    }

    @Test func `a MAC is not written where one stands, where the label is another one, or twice`() throws {
        let key = try key(["uuid": Self.uuid])
        func refusal(_ text: String) -> String? {
            do throws(EditRefusal) {
                _ = try editManifest(Array(text.utf8), path: "a.yaml", .bind(key, to: Self.mac))
                return nil
            } catch {
                return error.message
            }
        }
        let none = "no interface here waits for its MAC any more"
        #expect(refusal(hardware("uuid: \(Self.uuid)", "    - dhcp: {mac: 52:54:00:12:34:02}")) == none)
        #expect(refusal(hardware("serial: CZ2041", "    - netboot: {allowPXE: true}")) == none)
        let twice = hardware("uuid: \(Self.uuid)", "    - netboot: {allowPXE: true}\n    - netboot: {allowPXE: true}")
        #expect(refusal(twice)?.hasPrefix("2 interfaces here wait for the MAC of one machine") == true)
        let known = hardware("uuid: \(Self.uuid)", "    - dhcp: {mac: 52:54:00:12:34:01}")
        #expect(throws: EditRefusal.self) {
            try editManifest(Array(known.utf8), path: "a.yaml", .bind(Self.mac, to: Self.mac))
        }
    }

    @Test func `validate tells where a MAC could not be written`() {
        let text = """
            apiVersion: tinkerbell.org/v1alpha1
            kind: HardwareList
            items:
              - metadata: {name: edge, labels: {uuid: \(Self.uuid)}}
                spec: {interfaces: [{dhcp: &lease {lease_time: 600}, netboot: {allowPXE: false}}]}
              - metadata: {name: other, labels: {serial: CZ2041}}
                spec: {interfaces: [{dhcp: *lease, netboot: {allowPXE: false}}]}

            """
        let check = ManifestCheck(Array(text.utf8), parse(text))
        #expect(
            check.diagnostics.contains { $0.message.contains("could not write the MAC of edge here") },
            "\(check.diagnostics)")
    }
}
