import Inventory
import YAML

/// Tinkerbell's `Hardware`, `tinkerbell.org/v1alpha1`. Its field names are Tinkerbell's; fields that a boot server has no use
/// for pass unread.
extension FieldReader {
    mutating func hardwareV1Alpha1(_ spec: Node?, into host: inout Host) {
        if let instance = mapping("instance", of: mapping("metadata", of: spec)) {
            flatten(instance, prefix: "", into: &host.instance)
        }
        let interfaces = items("interfaces", of: spec)
        let unseen = interfaces.filter(\.hasNoMAC)
        // Nobody could tell which card of several a machine shows.
        let key = unseen.count == 1 ? MACAddress(unseenBy: host.labels) : nil
        var macs: Set<MACAddress> = []
        for item in interfaces {
            guard item.resolved.kind == .mapping else {
                if !item.isNull { expected("a mapping", at: item) }
                continue
            }
            guard let interface = interface(item, key, labels: host.labels, unseen: unseen.count) else { continue }
            if macs.insert(interface.mac).inserted {
                host.interfaces.append(interface)
            } else {
                error(
                    item["dhcp"]?["mac"] ?? item,
                    "\(interface.mac) stands already at another interface of \(host.id.name)")
            }
        }
    }

    private mutating func interface(
        _ node: Node, _ key: MACAddress?, labels: [String: String], unseen: Int
    ) -> InterfaceSpec? {
        let netboot = mapping("netboot", of: node)
        let dhcp = mapping("dhcp", of: node)
        let isOn = bool("allowPXE", of: netboot) ?? false
        let disableDHCP = bool("disableDhcp", of: node) ?? false
        let allowWorkflow = bool("allowWorkflow", of: netboot)
        let ipxe = ipxe(netboot)
        let osie = osie(netboot)
        if node.hasNoMAC, key == nil {
            if isOn {
                let why = unknownMachine(labels, unseen: unseen)
                error(netboot ?? node, "allowPXE is true, but there is no dhcp.mac to know the interface by\(why)")
            }
            return nil
        }
        let spec = dhcp.map { dhcpSpec($0) } ?? DHCPSpec()
        guard let mac = node.hasNoMAC ? key : field("mac", of: dhcp).flatMap({ mac($0) }) else { return nil }
        return InterfaceSpec(
            mac: mac, isOn: isOn, allowWorkflow: allowWorkflow,
            netbootLocation: location(of: netboot?["allowPXE"] ?? netboot ?? node), dhcp: spec, ipxe: ipxe, osie: osie,
            disableDHCP: disableDHCP)
    }

    private mutating func ipxe(_ netboot: Node?) -> IPXESpec? {
        guard let node = mapping("ipxe", of: netboot) else { return nil }
        let spec = IPXESpec(
            url: bootText("url", of: node), contents: bootText("contents", of: node),
            binary: nonEmpty("binary", of: node))
        return spec == IPXESpec() ? nil : spec
    }

    private mutating func osie(_ netboot: Node?) -> OSIESpec? {
        guard let node = mapping("osie", of: netboot) else { return nil }
        let baseURL = artifactBase("baseURL", of: node)
        let spec = OSIESpec(
            baseURL: baseURL, kernel: artifact("kernel", under: baseURL, of: node),
            initrd: artifact("initrd", under: baseURL, of: node), kernelParams: bootTexts("kernelParams", of: node))
        return spec == OSIESpec() ? nil : spec
    }

    private mutating func dhcpSpec(_ node: Node) -> DHCPSpec {
        var spec = DHCPSpec()
        spec.hostname = nonEmpty("hostname", of: node)
        let ip = mapping("ip", of: node)
        spec.address = address("address", of: ip)
        spec.netmask = netmask("netmask", of: ip)
        spec.gateway = address("gateway", of: ip)
        spec.leaseTime = integer("lease_time", of: node, in: 0...Int(UInt32.max)).map { Int64($0) }
        spec.nameServers = addresses("name_servers", of: node)
        spec.timeServers = addresses("time_servers", of: node)
        spec.domainName = nonEmpty("domain_name", of: node)
        spec.arch = nonEmpty("arch", of: node)
        spec.uefi = bool("uefi", of: node)
        spec.interfaceName = nonEmpty("iface_name", of: node)
        spec.vlanID = nonEmpty("vlan_id", of: node)
        for item in items("classless_static_routes", of: node) {
            if let route = route(item, destination: "destination_descriptor") {
                spec.classlessStaticRoutes.append(route)
            }
        }
        spec.tftpServerName = nonEmpty("tftp_server_name", of: node)
        spec.bootFileName = nonEmpty("boot_file_name", of: node)
        return spec
    }
}

extension Node {
    /// An interface that no MAC is written for.
    var hasNoMAC: Bool {
        guard resolved.kind == .mapping else { return false }
        return self["dhcp"]?["mac"].map { $0.isNull || $0.string?.isEmpty == true } ?? true
    }
}
