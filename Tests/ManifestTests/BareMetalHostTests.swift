import Inventory
import Testing

@testable import Manifest

struct BareMetalHostTests {
    private func parse(_ text: String) -> ParsedFile { parseManifest(Array(text.utf8), path: "lab/a.yaml") }

    private func manifest(annotations: String, spec: String = "{bootMACAddress: \"52:54:00:12:34:01\"}") -> String {
        """
        apiVersion: metal3.io/v1alpha1
        kind: BareMetalHost
        metadata:
          name: a
          annotations: \(annotations)
        spec: \(spec)

        """
    }

    @Test func `every field that a boot server uses is read`() throws {
        let file = parse(
            """
            apiVersion: metal3.io/v1alpha1
            kind: BareMetalHost
            metadata:
              name: worker-0
              namespace: metal3
              labels: {site: lab}
              annotations:
                inspect.metal3.io: disabled
                bootlatch.dev/arm: "2"
                bootlatch.dev/netboot: "allow"
            spec:
              online: true
              bootMACAddress: 52:54:00:AB:CD:EF
              bootMode: legacy
              architecture: x86_64
              bmc: {address: "redfish://10.0.0.8/redfish/v1/Systems/1", credentialsName: worker-0-bmc}
              rootDeviceHints: {deviceName: /dev/sda}
              image:
                url: http://images.lab/os.qcow2
                checksum: http://images.lab/os.qcow2.sha256
                checksumType: sha256
                format: qcow2
              userData: {name: worker-0-user-data}
            status: {poweredOn: true}
            """)
        #expect(file.diagnostics == [])
        let host = try #require(file.hosts.first)
        #expect(host.id == Host.ID(namespace: "metal3", name: "worker-0"))
        #expect(host.dialect == .bareMetalHost)
        #expect(host.labels == ["site": "lab"])
        #expect(host.armAnnotation == "2")
        #expect(
            host.instance == [
                "online": "true", "image.url": "http://images.lab/os.qcow2",
                "image.checksum": "http://images.lab/os.qcow2.sha256", "image.checksumType": "sha256",
                "image.format": "qcow2",
            ])
        var dhcp = DHCPSpec()
        dhcp.arch = "x86_64"
        dhcp.uefi = false
        #expect(
            host.interfaces == [
                InterfaceSpec(
                    mac: MACAddress(bits: 0x5254_00AB_CDEF), isOn: true,
                    netbootLocation: SourceLocation(path: "lab/a.yaml", line: 10, column: 28), dhcp: dhcp)
            ])
    }

    @Test(arguments: [
        ("{bootlatch.dev/netboot: allow}", true), ("{bootlatch.dev/netboot: \"allow\"}", true),
        ("{bootlatch.dev/netboot: 'deny'}", false), ("{bootlatch.dev/netboot: }", false), ("{}", false), ("", false),
        ("{netboot: allow}", false),
    ])
    func `only the annotation's "allow" is on, quoted or not`(annotations: String, isOn: Bool) throws {
        let file = parse(manifest(annotations: annotations))
        #expect(file.diagnostics == [])
        #expect(try #require(file.hosts.first?.interfaces.first).isOn == isOn)
    }

    @Test(arguments: [
        (
            "{bootlatch.dev/netboot: true}", "{bootMACAddress: 52:54:00:12:34:01}",
            "5:40: error: metadata.annotations.bootlatch.dev/netboot: expected \"allow\" or \"deny\", found true"
        ),
        (
            "[x]", "{bootMACAddress: 52:54:00:12:34:01}",
            "5:16: error: metadata.annotations: expected a mapping, found a list"
        ),
        (
            "{other: true}", "{bootMACAddress: 52:54:00:12:34:01}",
            "5:24: error: metadata.annotations.other: expected a text (put it in quotes), found true"
        ),
        (
            "{bootlatch.dev/netboot: allow}", "{online: true}",
            "5:40: error: metadata.annotations.bootlatch.dev/netboot: \"allow\", but there is no spec.bootMACAddress to know the interface by: add it, or a label uuid or serial to recognise the machine by"
        ),
        (
            "{}", "{bootMACAddress: eth0}",
            "6:24: error: spec.bootMACAddress: expected a MAC address such as 52:54:00:12:34:01, found the text \"eth0\""
        ),
        (
            "{}", "{bootMACAddress: 52:54:00:12:34:01, bootMode: bios}",
            "6:53: error: spec.bootMode: expected UEFI, UEFISecureBoot, legacy, found the text \"bios\""
        ),
        (
            "{}", "{bootMACAddress: 52:54:00:12:34:01, online: \"true\"}",
            "6:51: error: spec.online: expected true or false, without quotes, found the text \"true\""
        ),
    ])
    func `what is not understood is an error with its place`(annotations: String, spec: String, message: String) {
        let file = parse(manifest(annotations: annotations, spec: spec))
        #expect(file.diagnostics.map(\.description) == ["lab/a.yaml:\(message)"])
        #expect(file.hosts.flatMap(\.interfaces).allSatisfy { !$0.isOn })
    }

    @Test func `a host without a boot MAC is a host without interfaces`() throws {
        let file = parse(manifest(annotations: "{}", spec: "{online: true, bootMACAddress: \"\"}"))
        #expect(file.diagnostics == [])
        #expect(try #require(file.hosts.first).interfaces == [])
    }
}
