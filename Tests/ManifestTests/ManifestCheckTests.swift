import Foundation
import Inventory
import Testing

@testable import Manifest

func hardware(_ name: String = "a", _ interface: String, more: String = "") -> String {
    """
    apiVersion: tinkerbell.org/v1alpha1
    kind: Hardware
    metadata: {name: \(name)}
    spec:
      \(more)
      interfaces:
        - \(interface.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n      "))

    """
}

func check(_ text: String, path: String = "a.yaml") -> ManifestCheck {
    ManifestCheck(Array(text.utf8), parseManifest(Array(text.utf8), path: path))
}

struct ManifestCheckTests {
    struct Finding: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        /// The diagnostic without the path, up to where it says enough.
        var says: String

        init(_ name: String, _ text: String, says: String) {
            (testDescription, self.text, self.says) = (name, text, says)
        }
    }

    static let findings = [
        Finding(
            "a field with a slip", hardware("a", "dhcp: {mac: \"52:54:00:00:00:01\", leasetime: 60}\nnetboot: {}"),
            says:
                "7:40: warning: spec.interfaces[0].dhcp.leasetime: Tinkerbell has no such field (did you mean lease_time?)"
        ),
        Finding(
            "a field in the wrong block",
            hardware("a", "dhcp: {mac: \"52:54:00:00:00:01\"}\nnetboot: {allowPXE: false}\nallowPxe: true"),
            says: "9:7: warning: spec.interfaces[0].allowPxe: Tinkerbell has no such field: there are dhcp, disableDhcp"
        ),
        Finding(
            "a field of the metadata",
            hardware("a", "netboot: {}\ndhcp: {}", more: "metadata: {instance: {hostnam: a}}"),
            says: "5:25: warning: spec.metadata.instance.hostnam: Tinkerbell has no such field (did you mean hostname?)"
        ),
        Finding(
            "an annotation of ours with a slip",
            hardware(
                "a, annotations: {bootlatch.dev/suspended: x, other.dev/suspended: y}",
                "dhcp: {mac: \"52:54:00:00:00:01\"}\nnetboot: {}"),
            says: "3:35: warning: metadata.annotations.bootlatch.dev/suspended: Bootlatch has no such annotation "
                + "(did you mean bootlatch.dev/suspend?)"),
        Finding(
            "a MAC with dashes", hardware("a", "dhcp: {mac: 52-54-00-00-00-0A}\nnetboot: {}"),
            says: "7:19: warning: spec.interfaces[0].dhcp.mac: Tinkerbell knows MACs in lower case with colons only: "
                + "write 52:54:00:00:00:0a"),
        Finding(
            "no netboot block", hardware("a", "dhcp: {mac: \"52:54:00:00:00:01\"}"),
            says: "7:7: warning: spec.interfaces[0]: without a netboot block nobody sees that it can be armed"),
        Finding(
            "an empty netboot block", hardware("a", "dhcp: {mac: \"52:54:00:00:00:01\"}\nnetboot:"),
            says: "7:7: warning: spec.interfaces[0]: without a netboot block nobody sees that it can be armed"),
        Finding(
            "no netmask", hardware("a", "dhcp: {mac: \"52:54:00:00:00:01\", ip: {address: 10.0.0.1}}\nnetboot: {}"),
            says: "7:54: warning: 10.0.0.1 has no netmask"),
        Finding(
            "the network's own address",
            hardware(
                "a", "dhcp: {mac: \"52:54:00:00:00:01\", ip: {address: 10.0.0.0, netmask: 255.255.255.0}}\nnetboot: {}"),
            says: "7:54: warning: 10.0.0.0 is the network's address of 10.0.0.0/24, and no machine's"),
        Finding(
            "the broadcast address",
            hardware(
                "a",
                "dhcp: {mac: \"52:54:00:00:00:01\", ip: {address: 10.0.0.63, netmask: 255.255.255.192}}\nnetboot: {}"
            ), says: "7:54: warning: 10.0.0.63 is the broadcast address of 10.0.0.0/26"),
        Finding(
            "a gateway outside",
            hardware(
                "a",
                "dhcp: {mac: \"52:54:00:00:00:01\", ip: {address: 10.0.0.5, netmask: 255.255.255.0, gateway: 10.0.1.1}}\nnetboot: {}"
            ), says: "7:97: warning: the gateway 10.0.1.1 lies outside 10.0.0.0/24, where 10.0.0.5 can't reach it"),
        Finding(
            "a gateway without an address",
            hardware("a", "dhcp: {mac: \"52:54:00:00:00:01\", ip: {gateway: 10.0.1.1}}\nnetboot: {}"),
            says: "7:54: warning: a gateway without an address is told to nobody"),
        Finding(
            "a block that others share",
            hardware("a", "netboot: &nb {allowPXE: true}\ndhcp: {mac: \"52:54:00:00:00:01\"}")
                + "    - {dhcp: {mac: \"52:54:00:00:00:02\"}, netboot: *nb}\n",
            says: "warning: Bootlatch could not turn a (52:54:00:00:00:01) off here, and would only refuse it: "),
    ]

    @Test(arguments: findings)
    func `what will not do what it seems to is found, with its place and what to write`(finding: Finding) {
        let found = check(finding.text).diagnostics.map(\.description)
        #expect(found.count == 1, "\(found)")
        let place = finding.says.first?.isNumber == true ? "a.yaml:\(finding.says)" : finding.says
        #expect(found.first?.contains(place) == true, "\(found)")
    }

    @Test func `a manifest that uses all of Tinkerbell's schema is found good`() {
        let found = check(
            """
            apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata: {name: a, namespace: b, labels: {x: y}, annotations: {x: y}, finalizers: [z]}
            spec:
              agentID: a
              auto: {enrollmentEnabled: true}
              bmcRef: {apiGroup: bmc.tinkerbell.org, kind: Machine, name: bmc}
              disks: [{device: /dev/sda}]
              references: {lvm: {group: g, name: n, namespace: s, resource: r, version: v}}
              resources: {cpu: 4, anything: 3Gi}
              tinkVersion: 1
              userData: "{{ x }}"
              vendorData: y
              metadata:
                bonding_mode: 5
                state: provisioned
                manufacturer: {id: a, slug: b}
                facility: {facility_code: a, plan_slug: b, plan_version_slug: c}
                custom: {private_subnets: [10.0.0.0/8], preinstalled_operating_system_version: {slug: a}}
                instance:
                  operating_system: {distro: a, image_tag: b, os_slug: c, slug: d, version: "e"}
                  ips: [{address: 10.0.0.9, family: 4, gateway: g, management: true, netmask: n, public: false}]
                  storage:
                    disks:
                      - device: /dev/sda
                        wipe_table: true
                        partitions: [{label: a, number: 1, size: 2, start: 3, type_guid: c}]
                    raid: [{devices: [a], level: "1", name: md0, spare: 0}]
                    filesystems:
                      - mount:
                          create: {force: true, options: [a]}
                          device: a
                          files: [{contents: a, gid: 0, mode: 1, path: b, uid: 0}]
                          format: ext4
                          point: /
              interfaces:
                - disableDhcp: false
                  isoboot: {sourceISO: http://a/b}
                  dhcp:
                    mac: 52:54:00:00:00:01
                    arch: x86_64
                    ip: {address: 10.0.0.9, netmask: 255.255.255.0, gateway: 10.0.0.1, family: 4}
                    classless_static_routes: [{destination_descriptor: 10.1.0.0/16, router: 10.0.0.1}]
                    tftp_server_name: a
                    boot_file_name: b
                    vlan_id: "7"
                  netboot:
                    allowPXE: false
                    allowWorkflow: true
                    ipxe: {binary: a, contents: "#!ipxe", url: http://a}
                    osie: {baseURL: a, kernel: b, initrd: c, kernelParams: [d]}
                    pxelinux: {config: c}
                    rpi: {configTxt: a, firmwarePath: b, serialNum: c}
            status: {state: Ready, anything: else}

            """)
        #expect(found.diagnostics == [])
    }

    @Test func `a card without DHCP needs no netboot block`() {
        #expect(check(hardware("a", "dhcp: {mac: \"52:54:00:00:00:01\"}\ndisableDhcp: true")).diagnostics == [])
    }

    @Test func `a v1alpha2 interface is checked by its key, whose spelling its decoder tells of`() {
        let text =
            """
            apiVersion: tinkerbell.org/v1alpha2
            kind: Hardware
            metadata: {name: a}
            spec:
              networkInterfaces:
                52-54-00-00-00-0A:
                  dhcp: {}

            """
        let found = check(text)
        let loading = parseManifest(Array(text.utf8), path: "a.yaml").diagnostics
        #expect(loading.map(\.message).filter { $0.contains("52:54:00:00:00:0a") }.count == 1)
        #expect(
            found.diagnostics.map(\.description) == [
                "a.yaml:6:5: warning: spec.networkInterfaces.52-54-00-00-00-0A: without a netboot block nobody sees that "
                    + "it can be armed: write `netboot: {disabled: true}`"
            ])
    }

    @Test(arguments: ["inventory", "examples"])
    func `the sample lab and the examples have nothing that validate finds`(folder: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").path
        let names = FileManager.default.enumerator(atPath: "\(root)/\(folder)")?.compactMap { $0 as? String } ?? []
        let checks = names.filter { $0.hasSuffix(".yaml") }.map { name in
            let bytes = [UInt8](FileManager.default.contents(atPath: "\(root)/\(folder)/\(name)") ?? Data())
            return ManifestCheck(bytes, parseManifest(bytes, path: name))
        }
        #expect(checks.count > 2)
        #expect(checks.flatMap(\.diagnostics).map(\.description) == [])
        if folder == "inventory" { #expect(ManifestCheck.duplicates(in: checks) == []) }
    }

    @Test func `a point-to-point link has no broadcast address`() {
        let text = hardware(
            "a", "dhcp: {mac: \"52:54:00:00:00:01\", ip: {address: 10.0.0.1, netmask: 255.255.255.254}}\nnetboot: {}")
        #expect(check(text).diagnostics == [])
    }

    @Test func `two cards of one host may share address and name`() {
        let card = { (number: Int) in
            "dhcp: {mac: \"52:54:00:00:00:0\(number)\", hostname: a, ip: {address: 10.0.0.1, netmask: 255.0.0.0}}\n  netboot: {}"
        }
        let text = hardware("a", card(1).replacing("\n  ", with: "\n") + "\n- " + card(2))
        #expect(ManifestCheck.duplicates(in: [check(text)]) == [])
    }

    @Test(arguments: ["{", "kind: Hardware", "", "- 1", "apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\nspec: 3"])
    func `what is no manifest, or a broken one, has nothing more to say`(text: String) {
        #expect(check(text).diagnostics == [])
    }

    @Test(.timeLimit(.minutes(5))) func `a file of two thousand hosts is checked in seconds`() {
        let text = (0..<2000).map { number in
            hardware(
                "n\(number)",
                "dhcp: {mac: 52:54:00:00:\(hex(number / 256)):\(hex(number % 256))}\nnetboot: {allowPXE: false}")
        }.joined(separator: "---\n")
        #expect(check(text).diagnostics == [])
    }

    private func hex(_ number: Int) -> String { (number < 16 ? "0" : "") + String(number, radix: 16) }
}
