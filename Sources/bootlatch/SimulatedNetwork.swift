import ArgumentParser
import Inventory
import Simulate

/// Where the software machine finds its server, and from where it speaks.
struct SimulatedNetwork: ParsableArguments {
    @Option(help: "The daemon's interface to boot from, as endpoints.json names it. Default: the first one.")
    var interface: String?

    @Option(
        help: "The server's address, with the ports below instead of those of endpoints.json.",
        transform: { try readAddress($0) })
    var server: IPv4Address?

    @Option(help: "With --server.")
    var dhcpPort = 67

    @Option(help: "With --server.")
    var pxePort = 4011

    @Option(help: "With --server.")
    var tftpPort = 69

    @Option(help: "With --server: for URLs that name the server without a port.")
    var httpPort = 80

    @Option(
        help:
            "The address of ours that the machine speaks from, as its own relay. Default: the server's, which is ours too when the daemon runs here.",
        transform: { try readAddress($0) })
    var relay: IPv4Address?

    @Option(
        help:
            "Beside a proxy: the address that another DHCP server leases. Default, where the daemon is a proxy: one of 127.0.0.0/8 made from the MAC.",
        transform: { try readAddress($0) })
    var lease: IPv4Address?

    /// - Throws: `ClientError` when no daemon tells where it listens, or it doesn't do DHCP there.
    func resolve(for mac: MACAddress, _ settings: SettingsOptions) throws -> (Simulate.Endpoints, Network) {
        var network = Network()
        let endpoints: Simulate.Endpoints
        var isProxy = false
        if let server {
            endpoints = .init(
                address: server, dhcpPort: dhcpPort, pxePort: pxePort, tftpPort: tftpPort, httpPort: httpPort)
        } else {
            let listener = try listener(settings)
            guard let address = IPv4Address(listener.address), let dhcp = listener.dhcp else {
                throw ClientError(
                    description:
                        "the daemon leaves DHCP to another server on \(listener.interface): name that one with --server and --dhcp-port"
                )
            }
            isProxy = listener.pxe != nil
            endpoints = .init(
                address: address, dhcpPort: dhcp, pxePort: listener.pxe ?? pxePort, tftpPort: listener.tftp,
                httpPort: listener.http)
        }
        network.relay = relay ?? (endpoints.address.bits >> 24 == 127 ? network.relay : endpoints.address)
        // 127.0.0.0/8 is ours without asking: as the source of TFTP and HTTP it tells machines apart.
        let made = IPv4Address(bits: 0x7F00_0000 | UInt32(truncatingIfNeeded: mac.bits & 0xFF_FFFF))
        if let lease = lease ?? (isProxy ? made : nil) { network.lease = .elsewhere(lease) }
        return (endpoints, network)
    }

    private func listener(_ options: SettingsOptions) throws -> EndpointsFile.Listener {
        let path = try options.load().state + "/endpoints.json"
        guard let file = try EndpointsFile.read(path) else {
            throw ClientError(
                description:
                    "no \(path): is `bootlatch serve` running, and may you enter that folder? Name its settings with --config, or its address with --server"
            )
        }
        guard let listener = file.boot.first(where: { interface == nil || $0.interface == interface }) else {
            throw ClientError(
                description: "the daemon serves \(file.boot.map(\.interface)), not \(interface ?? "any interface")")
        }
        return listener
    }
}

private func readAddress(_ text: String) throws -> IPv4Address {
    guard let address = IPv4Address(text) else { throw ValidationError("\(text) is no IPv4 address, such as 10.0.0.1") }
    return address
}
