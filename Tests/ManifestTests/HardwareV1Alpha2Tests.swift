import Inventory
import Testing

@testable import Manifest

struct HardwareV1Alpha2Tests {
    private func parse(_ text: String) -> ParsedFile { parseManifest(Array(text.utf8), path: "lab/a.yaml") }

    /// A manifest with this text as its interfaces.
    private func manifest(_ interfaces: String) -> String {
        "apiVersion: tinkerbell.org/v1alpha2\nkind: Hardware\nmetadata: {name: a}\nspec:\n  networkInterfaces:\n"
            + interfaces.split(separator: "\n").map { "    \($0)\n" }.joined()
    }

    @Test func `every field that a boot server uses is read`() throws {
        let file = parse(
            """
            apiVersion: tinkerbell.org/v1alpha2
            kind: Hardware
            metadata:
              name: node
              namespace: rack1
              labels: {site: lab}
              annotations: {bootlatch.dev/arm: "3"}
            spec:
              agentID: unread
              auto: {enrollmentEnabled: false}
              attributes: {arch: x86_64, uefi: true}
              storageDevices: [{name: /dev/sda}]
              instance:
                sshKeys: [ssh-ed25519 AAAA]
                metadata: "instance-id: i-1"
                userdata: "{{ .hardware.name }}"
                osie:
                  kernelURL: http://o/k
                  initrdURL: http://o/i
                  kernelParams: [a=b, "c={{ip}}"]
              networkInterfaces:
                52:54:00:ab:cd:ef:
                  dhcp:
                    v4:
                      disabled: true
                      hostname: n
                      leaseTimeSeconds: 600
                      nameservers: [1.1.1.1, 8.8.8.8]
                      ntpServers: [10.0.0.123]
                      domainName: lab.example
                      vlanID: "7"
                      classlessStaticRoutes: [{destinationDescriptor: 10.1.0.0/16, router: 10.0.0.2}]
                      tftpServerName: tftp
                      bootFileName: file
                    v6: {disabled: true}
                  ipam:
                    ipv4: {address: 10.0.0.9, prefix: "20", gateway: 10.0.0.1}
                    ipv6: {address: "fd00::9", prefix: "64"}
                  netboot:
                    disabled: false
                    ipxe: {url: "http://u/{{mac}}", script: "#!ipxe", binary: snponly.efi}
                "52:54:00:ab:cd:f0":
            """)
        #expect(file.diagnostics == [])
        let host = try #require(file.hosts.first)
        #expect(host.id == Host.ID(namespace: "rack1", name: "node"))
        #expect(host.dialect == .hardwareV1Alpha2)
        #expect(host.labels == ["site": "lab"])
        #expect(host.armAnnotation == "3")
        #expect(host.instance == ["sshKeys.0": "ssh-ed25519 AAAA", "metadata": "instance-id: i-1"])
        var dhcp = DHCPSpec()
        dhcp.hostname = "n"
        dhcp.address = IPv4Address("10.0.0.9")
        dhcp.netmask = IPv4Address("255.255.240.0")
        dhcp.gateway = IPv4Address("10.0.0.1")
        dhcp.leaseTime = 600
        dhcp.nameServers = ["1.1.1.1", "8.8.8.8"].compactMap { IPv4Address($0) }
        dhcp.timeServers = [try #require(IPv4Address("10.0.0.123"))]
        dhcp.domainName = "lab.example"
        dhcp.arch = "x86_64"
        dhcp.uefi = true
        dhcp.vlanID = "7"
        dhcp.classlessStaticRoutes = [
            DHCPSpec.Route(
                destination: try #require(IPv4Address("10.1.0.0")), prefixLength: 16,
                gateway: try #require(IPv4Address("10.0.0.2")))
        ]
        dhcp.tftpServerName = "tftp"
        dhcp.bootFileName = "file"
        let osie = OSIESpec(kernel: "http://o/k", initrd: "http://o/i", kernelParams: ["a=b", "c={{ip}}"])
        let first = InterfaceSpec(
            mac: MACAddress(bits: 0x5254_00AB_CDEF), isOn: true,
            netbootLocation: SourceLocation(path: "lab/a.yaml", line: 40, column: 19), dhcp: dhcp,
            ipxe: IPXESpec(url: "http://u/{{mac}}", contents: "#!ipxe", binary: "snponly.efi"), osie: osie,
            disableDHCP: true)
        var bare = DHCPSpec()
        bare.arch = "x86_64"
        bare.uefi = true
        let second = InterfaceSpec(
            mac: MACAddress(bits: 0x5254_00AB_CDF0), isOn: false,
            netbootLocation: SourceLocation(path: "lab/a.yaml", line: 42, column: 5), dhcp: bare, osie: osie)
        #expect(host.interfaces == [first, second])
    }

    @Test(arguments: [
        "", "netboot: ", "netboot: {}", "netboot: {disabled: }", "netboot: {disabled: ~}", "netboot: {disabled: true}",
        "netboot: {disabled: on}", "netboot: {Disabled: false}", "netboot: {ipxe: {url: u}}", "disableNetboot: false",
    ])
    func `only a false that somebody wrote is on`(text: String) throws {
        let file = parse(manifest("52:54:00:12:34:01: {\(text)}"))
        #expect(!file.isBroken)
        #expect(try #require(file.hosts.first?.interfaces.first).isOn == false)
        let on = parse(manifest("52:54:00:12:34:01: {netboot: {disabled: false}}"))
        #expect(try #require(on.hosts.first?.interfaces.first).isOn)
    }

    @Test(arguments: [
        (
            "525400123401: {}",
            "6:5: error: spec.networkInterfaces.525400123401: expected a MAC address such as 52:54:00:12:34:01 (put it in quotes), found the number 525400123401"
        ),
        (
            "eth0: {}",
            "6:5: error: spec.networkInterfaces.eth0: expected a MAC address such as 52:54:00:12:34:01, found the text \"eth0\""
        ),
        (
            "52:54:00:12:34:01: [x]",
            "6:24: error: spec.networkInterfaces.52:54:00:12:34:01: expected a mapping, found a list"
        ),
        (
            "52:54:00:12:34:01: {ipam: {ipv4: {prefix: 24}}}",
            "6:47: error: spec.networkInterfaces.52:54:00:12:34:01.ipam.ipv4.prefix: expected a text (put it in quotes), found the number 24"
        ),
        (
            "52:54:00:12:34:01: {ipam: {ipv4: {prefix: \"33\"}}}",
            "6:47: error: spec.networkInterfaces.52:54:00:12:34:01.ipam.ipv4.prefix: expected a prefix length from \"0\" to \"32\", found the text \"33\""
        ),
        (
            "52:54:00:12:34:01: {dhcp: {v4: {nameservers: [ns.lab]}}}",
            "6:51: warning: spec.networkInterfaces.52:54:00:12:34:01.dhcp.v4.nameservers[0]: DHCP serves addresses only; the name ns.lab is left out"
        ),
        (
            "52:54:00:12:34:01: {disableNetboot: false}",
            "6:41: warning: spec.networkInterfaces.52:54:00:12:34:01.disableNetboot: a field of an older draft, which is not read; the permission is netboot.disabled"
        ),
        (
            "52-54-00-12-34-01: {}",
            "6:5: warning: spec.networkInterfaces.52-54-00-12-34-01: Tinkerbell matches only the spelling 52:54:00:12:34:01; write it so"
        ),
    ])
    func `what is not understood is named with its place`(interface: String, message: String) {
        #expect(parse(manifest(interface)).diagnostics.map(\.description) == ["lab/a.yaml:\(message)"])
    }

    @Test(arguments: ["52:54:00:12:34:0A", "52-54-00-12-34-0a", "\"52540012340a\"", "5254.0012.340a"])
    func `one MAC under two spellings is an error that names both`(second: String) {
        let file = parse(manifest("\"52:54:00:12:34:0a\": {netboot: {disabled: false}}\n\(second): {}"))
        #expect(file.isBroken)
        let text = second.filter { $0 != "\"" }
        #expect(
            file.diagnostics.map(\.description) == [
                "lab/a.yaml:7:5: error: spec.networkInterfaces.\(text): 52:54:00:12:34:0a stands already at lab/a.yaml:6:5 as 52:54:00:12:34:0a: keep one of the two"
            ])
    }

    @Test func `what is wrong for all interfaces is said once`() {
        let text =
            manifest("52:54:00:12:34:01: {}\n52:54:00:12:34:02: {}")
            + "  attributes: {arch: 64, uefi: \"true\"}\n  instance: [x]\n"
        #expect(
            parse(text).diagnostics.map(\.description) == [
                "lab/a.yaml:9:13: error: spec.instance: expected a mapping, found a list",
                "lab/a.yaml:8:22: error: spec.attributes.arch: expected a text (put it in quotes), found the number 64",
                "lab/a.yaml:8:32: error: spec.attributes.uefi: expected true or false, without quotes, found the text \"true\"",
            ])
    }

    @Test func `the name that DHCPv4 options have had before is read too`() throws {
        let file = parse(manifest("52:54:00:12:34:01: {dhcp: {ipv4: {hostname: n}}}"))
        #expect(try #require(file.hosts.first?.interfaces.first).dhcp.hostname == "n")
    }

    @Test func `prefix lengths become netmasks`() throws {
        for (length, mask) in [
            ("0", "0.0.0.0"), ("1", "128.0.0.0"), ("24", "255.255.255.0"), ("32", "255.255.255.255"),
        ] {
            let file = parse(manifest("52:54:00:12:34:01: {ipam: {ipv4: {prefix: \"\(length)\"}}}"))
            #expect(try #require(file.hosts.first?.interfaces.first).dhcp.netmask == IPv4Address(mask))
        }
    }
}
