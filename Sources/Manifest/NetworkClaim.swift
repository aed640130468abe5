import Inventory
import YAML

/// An address or a name on the network that a host claims for itself.
struct NetworkClaim: Sendable, Hashable {
    enum What: Hashable, Sendable {
        case address(IPv4Address, vlan: String?)
        /// In lower case, with its domain.
        case name(String)
    }

    var what: What
    var host: Host.ID
    var location: SourceLocation
}

extension ManifestCheck {
    /// Hosts that are named for one address or name: of what a generator has written a thousand times, the first say enough.
    private static let limit = 10

    /// Addresses and hostnames that two hosts have, over all files. Cards of one host may share both: they are bonded.
    package static func duplicates(in checks: [ManifestCheck]) -> [Diagnostic] {
        let claims = Dictionary(grouping: checks.flatMap(\.claims), by: \.what)
        return claims.flatMap { what, claims -> [Diagnostic] in
            var hosts: Set<Host.ID> = []
            let first = claims.filter { hosts.insert($0.host).inserted }
            guard first.count > 1 else { return [] }
            let told = first.prefix(limit)
            let rest = first.count > told.count ? " and \(first.count - told.count) more hosts" : ""
            return told.map { claim in
                let others = told.filter { $0.host != claim.host }.map { "\($0.host) at \($0.location)" }
                return Diagnostic(
                    .warning, at: claim.location,
                    "\(what.words) is also that of \(others.joined(separator: ", "))\(rest); give one of them another")
            }
        }
    }
}

extension NetworkClaim.What {
    fileprivate var words: String {
        switch self {
        case .address(let address, _): "the address \(address)"
        case .name(let name): "the hostname \(name)"
        }
    }
}

extension FieldReader {
    /// What can't work in an interface's DHCP settings, at the place that says it; and what it claims.
    mutating func checkNetwork(of interface: InterfaceSpec, _ host: Host, in nodes: NetworkNodes?) -> [NetworkClaim] {
        let dhcp = interface.dhcp
        let places = FieldReader(path: path)
        func place(_ node: Node?) -> SourceLocation {
            node.map { places.location(of: $0) } ?? interface.netbootLocation
        }
        var claims: [NetworkClaim] = []
        if let hostname = dhcp.hostname {
            let name = ([hostname] + [dhcp.domainName].compactMap { $0 }).joined(separator: ".").lowercased()
            claims.append(NetworkClaim(what: .name(name), host: host.id, location: place(nodes?.hostname)))
        }
        guard let address = dhcp.address else {
            if dhcp.gateway != nil {
                warning(at: place(nodes?.gateway), "a gateway without an address is told to nobody: write ip.address")
            }
            return claims
        }
        claims.append(
            NetworkClaim(
                what: .address(address, vlan: dhcp.vlanID), host: host.id, location: place(nodes?.address)))
        guard let netmask = dhcp.netmask else {
            warning(
                at: place(nodes?.address),
                "\(address) has no netmask, so the machine has to guess its network: write one such as 255.255.255.0")
            return claims
        }
        checkSubnet(of: address, netmask, dhcp) { place($0.flatMap { nodes?.router($0) } ?? nodes?.address) }
        return claims
    }

    /// - Parameter place: of this router, or of the address.
    private mutating func checkSubnet(
        of address: IPv4Address, _ netmask: IPv4Address, _ dhcp: DHCPSpec, _ place: (IPv4Address?) -> SourceLocation
    ) {
        let network = IPv4Address(bits: address.bits & netmask.bits)
        let last = IPv4Address(bits: network.bits | ~netmask.bits)
        let subnet = "\(network)/\(netmask.bits.nonzeroBitCount)"
        // Networks of one or two addresses have neither (RFC 3021).
        if netmask.bits.nonzeroBitCount < 31, address == network || address == last {
            warning(
                at: place(nil),
                "\(address) is the \(address == network ? "network's" : "broadcast") address of \(subnet), and no machine's: "
                    + "write one in between, or another netmask")
        }
        let routers = [dhcp.gateway].compactMap { $0 } + dhcp.classlessStaticRoutes.map(\.gateway)
        for router in Set(routers).sorted() where router.bits != 0 && router.bits & netmask.bits != network.bits {
            warning(
                at: place(router),
                "the gateway \(router) lies outside \(subnet), where \(address) can't reach it; correct gateway, address or netmask"
            )
        }
    }
}
