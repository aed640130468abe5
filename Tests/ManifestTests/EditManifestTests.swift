import Inventory
import Testing

@testable import Manifest

struct EditManifestTests {
    private static let mac = MACAddress(bits: 0x5254_0012_3401)

    private func edited(_ text: String, _ change: Change) throws -> String {
        String(decoding: try editManifest(Array(text.utf8), path: "a.yaml", change), as: UTF8.self)
    }

    private func refusal(_ text: String, _ change: Change) -> String? {
        do throws(EditRefusal) {
            _ = try editManifest(Array(text.utf8), path: "a.yaml", change)
            return nil
        } catch {
            return error.description
        }
    }

    /// A manifest whose second interface is the one to edit.
    private func manifest(_ netboot: String, mac: String = "52:54:00:12:34:01") -> String {
        """
        apiVersion: tinkerbell.org/v1alpha1
        kind: Hardware
        metadata:
          name: a # the first
        spec:
          interfaces:
          - dhcp: {mac: 52:54:00:12:34:02}
            netboot: {allowPXE: true}
          - dhcp:
              mac: \(mac)
            \(netboot)

        """
    }

    @Test(arguments: ["52:54:00:12:34:01", "52-54-00-12-34-01", "\"5254.0012.3401\""])
    func `a disarm turns off the interface with that MAC, and allowWorkflow where it is on`(mac: String) throws {
        let on = manifest("netboot: {allowPXE: yes, allowWorkflow: True} # now", mac: mac)
        let off = manifest("netboot: {allowPXE: no, allowWorkflow: False} # now", mac: mac)
        #expect(try edited(on, .disarm(Self.mac)) == off)
        #expect(try edited(off, .arm(Self.mac, restoreWorkflow: true)) == on)
        #expect(
            try edited(off, .arm(Self.mac, restoreWorkflow: false))
                == manifest("netboot: {allowPXE: yes, allowWorkflow: False} # now", mac: mac))
        #expect(
            try edited(manifest("netboot: {allowPXE: on}"), .disarm(Self.mac)) == manifest("netboot: {allowPXE: off}"))
    }

    @Test(arguments: [
        "", "netboot:", "netboot: {allowPXE: false, allowWorkflow: true}", "netboot: {allowPXE: }",
        "netboot: {allowWorkflow: true}",
    ])
    func `what is off already stays as it is`(netboot: String) throws {
        #expect(try edited(manifest(netboot), .disarm(Self.mac)) == manifest(netboot))
    }

    @Test func `an arming inserts what is missing`() throws {
        #expect(
            try edited(manifest("netboot: {}"), .arm(Self.mac, restoreWorkflow: true))
                == manifest("netboot: {allowPXE: true, allowWorkflow: true}"))
        #expect(
            try edited(manifest("disableDhcp: false"), .arm(Self.mac, restoreWorkflow: true))
                == manifest("disableDhcp: false\n    netboot:\n      allowPXE: true\n      allowWorkflow: true"))
        #expect(
            try edited(manifest("netboot:\n      ipxe:\n        url: u"), .arm(Self.mac, restoreWorkflow: false))
                == manifest("netboot:\n      ipxe:\n        url: u\n      allowPXE: true"))
    }

    @Test func `the annotation is set, its mapping made when there is none`() throws {
        let one = try edited(manifest("netboot: {}"), .annotate(Self.mac, value: "1"))
        #expect(
            one
                == manifest("netboot: {}").replacing(
                    "a # the first\n", with: "a # the first\n  annotations:\n    bootlatch.dev/arm: \"1\"\n"))
        #expect(try edited(one, .annotate(Self.mac, value: "2")) == one.replacing("\"1\"", with: "\"2\""))
        #expect(parseManifest(Array(one.utf8), path: "a.yaml").hosts.first?.armAnnotation == "1")
    }

    /// What `suspend` writes, `resume` takes out again.
    @Test(arguments: [
        "  name: a # the first", "  name: a\n  annotations:\n    note: x # of mine",
        "  annotations:\n    note: x\n  name: a",
        "  {name: a}", "  {name: a, annotations: {note: x}}", "  name: a\n  annotations: {note: x}",
        "  name: a\n  annotations:\n    note: é",
    ])
    func `a suspension is written and taken out without a trace`(metadata: String) throws {
        let lines = manifest("netboot: {}").replacing("  name: a # the first", with: metadata)
        for text in [lines, lines.replacing("\n", with: "\r\n")] { try expectNoTrace(in: text) }
    }

    private func expectNoTrace(in text: String) throws {
        let suspended = try edited(text, .suspend(Self.mac, reason: "switch: \"new\""))
        let host = try #require(parseManifest(Array(suspended.utf8), path: "a.yaml").hosts.first)
        #expect(host.suspend?.reason == "switch: \"new\"" && host.suspend?.location.path == "a.yaml")
        #expect(try edited(suspended, .resume(Self.mac)) == text)
        #expect(try edited(text, .resume(Self.mac)) == text)
    }

    @Test func `a suspension that a person wrote goes with its comment`() throws {
        let text = manifest("netboot: {}").replacing(
            "# the first\n",
            with: "# the first\n  annotations:\n    bootlatch.dev/suspend: ''  # until Monday\n    note: x\n")
        #expect(parseManifest(Array(text.utf8), path: "a.yaml").hosts.first?.suspend?.reason == "")
        #expect(
            try edited(text, .resume(Self.mac))
                == text.replacing("    bootlatch.dev/suspend: ''  # until Monday\n", with: ""))
    }

    @Test func `the interface is found in any document and in a List`() throws {
        let list = """
            apiVersion: v1
            kind: ConfigMap
            ---
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: ConfigMap
            - apiVersion: tinkerbell.org/v1alpha1
              kind: Hardware
              metadata: {name: a}
              spec: {interfaces: [{dhcp: {mac: 52:54:00:12:34:01}, netboot: {allowPXE: TRUE}}]}
            """
        #expect(try edited(list, .disarm(Self.mac)) == list.replacing("TRUE", with: "FALSE"))
    }

    @Test func `a shared block is expanded for one host only`() throws {
        let text = """
            apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata: {name: a}
            spec:
              interfaces:
                - dhcp: {mac: 52:54:00:12:34:02}
                  netboot: &nb {allowPXE: true, allowWorkflow: true}
                - dhcp: {mac: 52:54:00:12:34:01}
                  netboot: *nb

            """
        #expect(
            try edited(text, .disarm(Self.mac))
                == text.replacing("*nb\n", with: "{<<: *nb, allowPXE: false, allowWorkflow: false}\n"))
        #expect(
            refusal(text, .disarm(MACAddress(bits: 0x5254_0012_3402)))
                == "a.yaml:7:20: &nb is used elsewhere by *nb: an edit here would change those too. Write the values out there"
        )
    }

    @Test func `a refusal says where and why`() {
        #expect(
            refusal(manifest("netboot: {}"), .disarm(MACAddress(bits: 5)))
                == "a.yaml:1:1: no interface here has the MAC 00:00:00:00:00:05 any more")
        let twice = manifest("netboot: {allowPXE: true}") + "---\n" + manifest("netboot: {allowPXE: true}")
        #expect(
            refusal(twice, .disarm(Self.mac))
                == "a.yaml:1:1: 2 interfaces here have the MAC 52:54:00:12:34:01: leave it at one of them")
        #expect(
            refusal(manifest("netboot: {allowPXE: \"true\"}"), .disarm(Self.mac))
                == "a.yaml:11:25: spec.interfaces[1].netboot.allowPXE: expected true or false, found the text \"true\"")
        #expect(refusal("a: [", .disarm(Self.mac))?.hasPrefix("a.yaml:1:5: ") == true)
    }
}
