import Inventory
import Testing

@testable import Manifest

struct HardwareV1Alpha1Tests {
    private func parse(_ text: String) -> ParsedFile { parseManifest(Array(text.utf8), path: "lab/a.yaml") }

    /// A manifest with some text in its first interface.
    private func manifest(_ interface: String) -> String {
        """
        apiVersion: tinkerbell.org/v1alpha1
        kind: Hardware
        metadata: {name: a}
        spec:
          interfaces:
            - \(interface.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n      "))

        """
    }

    @Test func `every field that a boot server uses is read`() throws {
        let file = parse(
            """
            apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata:
              name: node
              namespace: rack1
              labels: {site: lab}
              annotations: {bootlatch.dev/arm: "3", other: x}
            spec:
              agentID: unread
              userData: unread
              metadata:
                instance:
                  id: i-1
                  rescue: false
                  operating_system: {distro: ubuntu, version: 22.04}
                  ips: [{address: 10.0.0.9}, null]
                  tags: [a, b]
              interfaces:
                - disableDhcp: true
                  dhcp:
                    mac: 52:54:00:AB:CD:EF
                    hostname: n
                    lease_time: 600
                    name_servers: [1.1.1.1, 8.8.8.8]
                    time_servers: [10.0.0.123]
                    domain_name: lab.example
                    arch: x86_64
                    uefi: yes
                    iface_name: eno1
                    vlan_id: "7"
                    ip: {address: 10.0.0.9, netmask: 255.255.255.0, gateway: 10.0.0.1, family: 4}
                    classless_static_routes:
                      - {destination_descriptor: 10.1.0.0/16, router: 10.0.0.2}
                    tftp_server_name: tftp
                    boot_file_name: file
                  netboot:
                    allowPXE: true
                    allowWorkflow: false
                    ipxe: {url: "http://u/{{mac}}", contents: "#!ipxe", binary: snponly.efi}
                    osie: {baseURL: "http://o", kernel: k, initrd: i, kernelParams: [a=b, "c={{ip}}"]}
            status: {state: Ready}
            """)
        #expect(file.diagnostics == [])
        let host = try #require(file.hosts.first)
        #expect(host.id == Host.ID(namespace: "rack1", name: "node"))
        #expect(host.labels == ["site": "lab"])
        #expect(host.armAnnotation == "3")
        #expect(host.location == SourceLocation(path: "lab/a.yaml", line: 1, column: 1))
        #expect(
            host.instance == [
                "id": "i-1", "rescue": "false", "operating_system.distro": "ubuntu",
                "operating_system.version": "22.04",
                "ips.0.address": "10.0.0.9", "tags.0": "a", "tags.1": "b",
            ])
        var dhcp = DHCPSpec()
        dhcp.hostname = "n"
        dhcp.address = IPv4Address("10.0.0.9")
        dhcp.netmask = IPv4Address("255.255.255.0")
        dhcp.gateway = IPv4Address("10.0.0.1")
        dhcp.leaseTime = 600
        dhcp.nameServers = ["1.1.1.1", "8.8.8.8"].compactMap { IPv4Address($0) }
        dhcp.timeServers = [try #require(IPv4Address("10.0.0.123"))]
        dhcp.domainName = "lab.example"
        dhcp.arch = "x86_64"
        dhcp.uefi = true
        dhcp.interfaceName = "eno1"
        dhcp.vlanID = "7"
        dhcp.classlessStaticRoutes = [
            DHCPSpec.Route(
                destination: try #require(IPv4Address("10.1.0.0")), prefixLength: 16,
                gateway: try #require(IPv4Address("10.0.0.2")))
        ]
        dhcp.tftpServerName = "tftp"
        dhcp.bootFileName = "file"
        let interface = InterfaceSpec(
            mac: MACAddress(bits: 0x5254_00AB_CDEF), isOn: true, allowWorkflow: false,
            netbootLocation: SourceLocation(path: "lab/a.yaml", line: 37, column: 19), dhcp: dhcp,
            ipxe: IPXESpec(url: "http://u/{{mac}}", contents: "#!ipxe", binary: "snponly.efi"),
            osie: OSIESpec(baseURL: "http://o", kernel: "k", initrd: "i", kernelParams: ["a=b", "c={{ip}}"]),
            disableDHCP: true)
        #expect(host.interfaces == [interface])
    }

    @Test(arguments: [
        "52:54:00:12:34:0a", "52:54:00:12:34:0A", "52-54-00-12-34-0a", "5254.0012.340A", "52540012340a",
        "'52:54:00:12:34:0a'",
    ])
    func `a MAC is read in any spelling`(mac: String) {
        #expect(
            parse(manifest("dhcp: {mac: \(mac)}")).hosts.first?.interfaces.map(\.mac) == [
                MACAddress(bits: 0x5254_0012_340A)
            ])
    }

    @Test(arguments: [
        (
            "dhcp: {mac: 525400123401}",
            "6:19: error: spec.interfaces[0].dhcp.mac: expected a MAC address such as 52:54:00:12:34:01 (put it in quotes), found the number 525400123401"
        ),
        (
            "dhcp: {mac: 52:54}",
            "6:19: error: spec.interfaces[0].dhcp.mac: expected a MAC address such as 52:54:00:12:34:01, found the text \"52:54\""
        ),
        ("dhcp: [x]", "6:13: error: spec.interfaces[0].dhcp: expected a mapping, found a list"),
        (
            "dhcp: {mac: 52:54:00:12:34:01, hostname: 101}",
            "6:48: error: spec.interfaces[0].dhcp.hostname: expected a text (put it in quotes), found the number 101"
        ),
        (
            "dhcp: {mac: 52:54:00:12:34:01, uefi: \"yes\"}",
            "6:44: error: spec.interfaces[0].dhcp.uefi: expected true or false, without quotes, found the text \"yes\""
        ),
        (
            "dhcp: {mac: 52:54:00:12:34:01, lease_time: 1d}",
            "6:50: error: spec.interfaces[0].dhcp.lease_time: expected a whole number from 0 to 4294967295, found the text \"1d\""
        ),
        (
            "dhcp: {mac: 52:54:00:12:34:01, name_servers: 1.1.1.1}",
            "6:52: error: spec.interfaces[0].dhcp.name_servers: expected a list, found the text \"1.1.1.1\""
        ),
        (
            "dhcp: {mac: 52:54:00:12:34:01, name_servers: [ns]}",
            "6:53: error: spec.interfaces[0].dhcp.name_servers[0]: expected an IPv4 address such as 10.0.0.1, found the text \"ns\""
        ),
        (
            "dhcp: {mac: 52:54:00:12:34:01, ip: {netmask: 255.0.255.0}}",
            "6:52: error: spec.interfaces[0].dhcp.ip.netmask: expected a netmask such as 255.255.255.0, found the text \"255.0.255.0\""
        ),
        (
            "dhcp: {mac: 52:54:00:12:34:01, vlan_id: 7}",
            "6:47: error: spec.interfaces[0].dhcp.vlan_id: expected a text (put it in quotes), found the number 7"
        ),
        (
            "dhcp:\n  mac: 52:54:00:12:34:01\n  classless_static_routes: [{destination_descriptor: 10.0.0.0, router: 10.0.0.1}]",
            "8:60: error: spec.interfaces[0].dhcp.classless_static_routes[0].destination_descriptor: expected a network such as 10.1.0.0/16, found the text \"10.0.0.0\""
        ),
        (
            "netboot: {allowPXE: \"true\"}",
            "6:27: error: spec.interfaces[0].netboot.allowPXE: expected true or false, without quotes, found the text \"true\""
        ),
        (
            "netboot: {allowPXE: true}",
            "6:16: error: spec.interfaces[0].netboot: allowPXE is true, but there is no dhcp.mac to know the interface by: add it, or a label uuid or serial to recognise the machine by"
        ),
        (
            "netboot: {ipxe: {contents: [a]}}",
            "6:34: error: spec.interfaces[0].netboot.ipxe.contents: expected a text, found a list"
        ),
        (
            "netboot: {osie: {kernelParams: 5}}",
            "6:38: error: spec.interfaces[0].netboot.osie.kernelParams: expected a text (put it in quotes), found the number 5"
        ),
        (
            "netboot: {ipxe: {url: \"http://x/{{hookUrl}}\"}}",
            "6:29: error: spec.interfaces[0].netboot.ipxe.url: nothing is known under {{hookUrl}} (did you mean hookURL?)"
        ),
        (
            "netboot: {osie: {kernelParams: [\"x={{.mac}}\"]}}",
            "6:39: error: spec.interfaces[0].netboot.osie.kernelParams[0]: nothing is known under {{.mac}} (did you mean mac?)"
        ),
        ("5", "6:7: error: spec.interfaces[0]: expected a mapping, found the number 5"),
    ])
    func `a wrong type is an error that names place, field and what was expected`(interface: String, message: String) {
        let file = parse(manifest(interface))
        #expect(file.diagnostics.map(\.description) == ["lab/a.yaml:\(message)"])
        #expect(file.isBroken)
    }

    @Test(arguments: ["\"true\"", "'true'", "!!str true", "1", "y", "[true]", "{x: true}"])
    func `what is not a boolean arms nothing`(value: String) throws {
        let file = parse(manifest("dhcp: {mac: 52:54:00:12:34:01}\nnetboot: {allowPXE: \(value)}"))
        #expect(file.isBroken)
        #expect(try #require(file.hosts.first?.interfaces.first).isOn == false)
    }

    @Test(arguments: ["", "allowPXE: ", "allowPXE: ~", "allowPXE: false", "allowPXE: off", "allowPxe: true"])
    func `no permission is off, without a word`(value: String) throws {
        let file = parse(manifest("dhcp: {mac: 52:54:00:12:34:01}\nnetboot: {\(value)}"))
        #expect(file.diagnostics == [])
        #expect(try #require(file.hosts.first?.interfaces.first).isOn == false)
    }

    @Test func `permissions come through aliases and merges, and are located where they stand`() throws {
        let file = parse(
            """
            x: &nb {allowPXE: true}
            apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata: {name: a}
            spec:
              interfaces:
                - {dhcp: {mac: 52:54:00:12:34:01}, netboot: *nb}
                - {dhcp: {mac: 52:54:00:12:34:02}, netboot: {<<: *nb, allowPXE: false}}
                - dhcp: {mac: 52:54:00:12:34:03}
            """)
        #expect(file.diagnostics == [])
        let interfaces = try #require(file.hosts.first).interfaces
        #expect(interfaces.map(\.isOn) == [true, false, false])
        #expect(
            interfaces.map(\.netbootLocation.description) == ["lab/a.yaml:1:19", "lab/a.yaml:8:69", "lab/a.yaml:9:7"])
    }

    @Test func `a host needs a name, and one MAC for each interface`() {
        #expect(
            parse("apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\nmetadata: {labels: {}}\n").diagnostics.map(
                \.description)
                == ["lab/a.yaml:3:11: error: metadata: expected a name: set metadata.name"])
        #expect(
            parse("apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\n").diagnostics.map(\.description)
                == ["lab/a.yaml:1:1: error: expected a name: set metadata.name"])
        #expect(
            parse(manifest("dhcp: {mac: 52:54:00:12:34:01}") + "    - dhcp: {mac: 52-54-00-12-34-01}\n").diagnostics
                .map(\.description)
                == [
                    "lab/a.yaml:7:19: error: spec.interfaces[1].dhcp.mac: 52:54:00:12:34:01 stands already at another interface of a"
                ])
    }

    @Test func `an IPv6 address passes with a warning`() {
        let file = parse(manifest("dhcp: {mac: 52:54:00:12:34:01, name_servers: [\"fd00::1\", 10.0.0.1]}"))
        #expect(file.diagnostics.map(\.severity) == [.warning])
        #expect(!file.isBroken)
        #expect(file.hosts.first?.interfaces.first?.dhcp.nameServers.count == 1)
    }

    @Test func `every known placeholder passes`() {
        let all = Placeholder.allCases.map { "{{\($0.rawValue)}}" }.joined(separator: " ")
        #expect(parse(manifest("netboot: {ipxe: {contents: \"\(all)\"}}")).diagnostics == [])
    }
}
