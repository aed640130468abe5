import Inventory
import Testing

@testable import Manifest

struct FieldReaderAddressesTests {
    private static let manifests: [@Sendable (String) -> String] = [
        { mac in
            """
            apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata: {name: a}
            spec: {interfaces: [{dhcp: {mac: "\(mac)"}, netboot: {allowPXE: true, ipxe: {url: http://a/b}}}]}

            """
        },
        { mac in
            """
            apiVersion: tinkerbell.org/v1alpha2
            kind: Hardware
            metadata: {name: a}
            spec: {networkInterfaces: {"\(mac)": {netboot: {disabled: false, ipxe: {url: http://a/b}}}}}

            """
        },
        { mac in
            """
            apiVersion: metal3.io/v1alpha1
            kind: BareMetalHost
            metadata: {name: a, annotations: {bootlatch.dev/netboot: allow}}
            spec: {bootMACAddress: "\(mac)"}

            """
        },
    ]

    @Test(arguments: [
        ("00:00:00:00:00:00", "all zeros"), ("ff:ff:ff:ff:ff:ff", "broadcast"), ("01:80:c2:00:00:0e", "group bit"),
    ])
    func `a MAC that is no card's is an error in every dialect, and arms nothing`(mac: String, why: String) {
        #expect(Self.manifests.count == Dialect.allCases.count)
        for manifest in Self.manifests {
            let file = parseManifest(Array(manifest(mac).utf8), path: "a.yaml")
            #expect(file.isBroken)
            #expect(file.hosts.flatMap(\.interfaces).isEmpty)
            let said = file.diagnostics.map(\.message)
            #expect(said.contains { $0.contains("\(mac) is no network card's") && $0.contains(why) }, "\(said)")
            let good = parseManifest(Array(manifest("52:54:00:12:34:01").utf8), path: "a.yaml")
            #expect(good.diagnostics.isEmpty && good.hosts.flatMap(\.interfaces).map(\.isOn) == [true])
        }
    }
}
