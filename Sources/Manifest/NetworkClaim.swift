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
    /// Addresses and hostnames that two hosts have, over all files. Cards of one host may share both: they are bonded.
    package static func duplicates(in checks: [ManifestCheck]) -> [Diagnostic] {
        let claims = Dictionary(grouping: checks.flatMap(\.claims), by: \.what)
        return claims.filter { Set($0.value.map(\.host)).count > 1 }.flatMap { what, claims in
            claims.map { claim in
                let others = claims.filter { $0.host != claim.host }.map { "\($0.host) at \($0.location)" }
                return Diagnostic(
                    .warning, at: claim.location,
                    "\(what.words) is also that of \(others.joined(separator: ", ")); give one of them another")
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
    /// What can't work in an interface's DHCP settings, at the place in `node` that says it; and what it claims.
    mutating func checkNetwork(of interface: InterfaceSpec, _ host: Host, in node: Node?) -> [NetworkClaim] {
        let dhcp = interface.dhcp
        let places = FieldReader(path: path)
        func place(_ text: String) -> SourceLocation {
            (node?.scalar(saying: text)).map { places.location(of: $0) } ?? interface.netbootLocation
        }
        var claims: [NetworkClaim] = []
        if let hostname = dhcp.hostname {
            let name = ([hostname] + [dhcp.domainName].compactMap { $0 }).joined(separator: ".").lowercased()
            claims.append(NetworkClaim(what: .name(name), host: host.id, location: place(hostname)))
        }
        guard let address = dhcp.address else {
            if let gateway = dhcp.gateway {
                warning(at: place("\(gateway)"), "a gateway without an address is told to nobody: write ip.address")
            }
            return claims
        }
        claims.append(
            NetworkClaim(
                what: .address(address, vlan: dhcp.vlanID), host: host.id, location: place("\(address)")))
        guard let netmask = dhcp.netmask else {
            warning(
                at: place("\(address)"),
                "\(address) has no netmask, so the machine has to guess its network: write one such as 255.255.255.0")
            return claims
        }
        checkSubnet(of: address, netmask, dhcp, place)
        return claims
    }

    private mutating func checkSubnet(
        of address: IPv4Address, _ netmask: IPv4Address, _ dhcp: DHCPSpec, _ place: (String) -> SourceLocation
    ) {
        let network = IPv4Address(bits: address.bits & netmask.bits)
        let last = IPv4Address(bits: network.bits | ~netmask.bits)
        let subnet = "\(network)/\(netmask.bits.nonzeroBitCount)"
        // Networks of one or two addresses have neither (RFC 3021).
        if netmask.bits.nonzeroBitCount < 31, address == network || address == last {
            warning(
                at: place("\(address)"),
                "\(address) is the \(address == network ? "network's" : "broadcast") address of \(subnet), and no machine's: "
                    + "write one in between, or another netmask")
        }
        let routers = [dhcp.gateway].compactMap { $0 } + dhcp.classlessStaticRoutes.map(\.gateway)
        for router in Set(routers).sorted() where router.bits != 0 && router.bits & netmask.bits != network.bits {
            warning(
                at: place("\(router)"),
                "the gateway \(router) lies outside \(subnet), where \(address) can't reach it; correct gateway, address or netmask"
            )
        }
    }
}

extension Node {
    /// The first scalar below with this text, as written: aliases are looked through.
    fileprivate func scalar(saying text: String) -> Node? {
        if kind == .scalar { return self.text == text ? self : nil }
        for item in items { if let found = item.scalar(saying: text) { return found } }
        for entry in entries { if let found = entry.value.scalar(saying: text) { return found } }
        return nil
    }
}
