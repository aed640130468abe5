import Inventory
import Testing

@testable import Manifest

struct NetworkClaimTests {
    @Test func `a hostname, an address and a router are found where they stand, not where the same text stands first`()
    {
        let text = """
            apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata: {name: web, labels: {ip: 10.0.0.0, gateway: 10.0.9.1, router: 10.0.8.1}}
            spec:
              interfaces:
                - dhcp: {mac: "52:54:00:00:00:01", hostname: other}
                  netboot: {}
                - dhcp:
                    mac: 52:54:00:00:00:02
                    hostname: web
                    ip: {netmask: 255.255.255.0, gateway: 10.0.9.1, address: 10.0.0.0}
                    classless_static_routes: [{destination_descriptor: 10.0.8.1/32, router: 10.0.8.1}]
                  netboot: {}

            """
        let found = check(text)
        #expect(
            found.diagnostics.map { "\($0.location.line):\($0.location.column) \($0.message.prefix(20))" }.sorted() == [
                "11:47 the gateway 10.0.9.1", "11:66 10.0.0.0 is the netw", "12:81 the gateway 10.0.8.1",
            ])
        #expect(found.claims.map { "\($0.location.line)" } == ["6", "10", "11"])
        let v1alpha2 = """
            apiVersion: tinkerbell.org/v1alpha2
            kind: Hardware
            metadata: {name: web, labels: {ip: 10.0.0.2, gateway: 10.0.9.1}}
            spec:
              networkInterfaces:
                52:54:00:00:00:02:
                  dhcp: {v4: {hostname: web}}
                  ipam: {ipv4: {prefix: "24", gateway: 10.0.9.1, address: 10.0.0.2}}
                  netboot: {disabled: true}

            """
        let other = check(v1alpha2)
        #expect(other.claims.map { "\($0.location.line)" } == ["7", "8"])
        #expect(other.diagnostics.map { "\($0.location.line):\($0.location.column)" } == ["8:44"])
    }

    @Test func `what ten thousand hosts share is told of ten, in a few lines`() {
        let checks = [
            check(
                (1...10_000).map {
                    hardware(
                        "n\($0)",
                        "dhcp: {mac: \"\(MACAddress(bits: UInt64($0) + 256))\", hostname: localhost}\nnetboot: {}")
                }.joined(separator: "---\n"))
        ]
        let found = ManifestCheck.duplicates(in: checks)
        #expect(found.count == 10)
        #expect(
            found.allSatisfy {
                $0.message.hasSuffix("and 9990 more hosts; give one of them another") && $0.message.utf8.count < 500
            })
    }

    @Test func `an address and a hostname that two hosts have are named at both places`() {
        func host(_ name: String, _ mac: Int, _ address: String, _ hostname: String, _ more: String = "") -> String {
            hardware(
                name,
                "dhcp: {mac: \"52:54:00:00:00:0\(mac)\", hostname: \(hostname), ip: {address: \(address), netmask: 255.0.0.0}\(more)}\nnetboot: {}"
            )
        }
        let checks = [
            check(host("a", 1, "10.0.0.1", "web"), path: "a.yaml"),
            check(host("b", 2, "10.0.0.1", "WEB"), path: "b.yaml"),
            // Another network and another domain.
            check(host("c", 3, "10.0.0.1", "web", ", vlan_id: \"7\", domain_name: lab"), path: "c.yaml"),
        ]
        #expect(checks.flatMap(\.diagnostics) == [])
        #expect(
            ManifestCheck.duplicates(in: checks).map(\.description).sorted() == [
                "a.yaml:7:50: warning: the hostname web is also that of b at b.yaml:7:50; give one of them another",
                "a.yaml:7:69: warning: the address 10.0.0.1 is also that of b at b.yaml:7:69; give one of them another",
                "b.yaml:7:50: warning: the hostname web is also that of a at a.yaml:7:50; give one of them another",
                "b.yaml:7:69: warning: the address 10.0.0.1 is also that of a at a.yaml:7:69; give one of them another",
            ])
    }
}
