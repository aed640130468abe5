import Inventory
import YAML

/// Tinkerbell's `Hardware`, `tinkerbell.org/v1alpha1`. Its field names are Tinkerbell's; fields that a boot server has no use
/// for pass unread.
extension FieldReader {
    mutating func hardwareV1Alpha1(_ node: Node) -> Host? {
        let metadata = mapping("metadata", of: node)
        guard let name = text("name", of: metadata), !name.isEmpty else {
            if field("name", of: metadata)?.string != nil || field("name", of: metadata) == nil {
                error(metadata ?? node, "expected a name: set metadata.name")
            }
            return nil
        }
        let spec = mapping("spec", of: node)
        var host = Host(
            id: Host.ID(namespace: text("namespace", of: metadata) ?? "", name: name),
            labels: textMapping("labels", of: metadata),
            armAnnotation: textMapping("annotations", of: metadata)["bootlatch.dev/arm"],
            location: location(of: node.resolved))
        if let instance = mapping("instance", of: mapping("metadata", of: spec)) {
            flatten(instance, prefix: "", into: &host.instance)
        }
        for item in items("interfaces", of: spec) {
            guard item.resolved.kind == .mapping else {
                if !item.isNull { expected("a mapping", at: item) }
                continue
            }
            guard let interface = interface(item) else { continue }
            if host.interfaces.contains(where: { $0.mac == interface.mac }) {
                error(item["dhcp"]?["mac"] ?? item, "\(interface.mac) stands already at another interface of \(name)")
            } else {
                host.interfaces.append(interface)
            }
        }
        return host
    }

    private mutating func interface(_ node: Node) -> InterfaceSpec? {
        let netboot = mapping("netboot", of: node)
        let dhcp = mapping("dhcp", of: node)
        let isOn = bool("allowPXE", of: netboot) ?? false
        let disableDHCP = bool("disableDhcp", of: node) ?? false
        let allowWorkflow = bool("allowWorkflow", of: netboot)
        let ipxe = ipxe(netboot)
        let osie = osie(netboot)
        guard let dhcp, let macNode = field("mac", of: dhcp) else {
            if isOn {
                error(netboot ?? node, "allowPXE is true, but there is no dhcp.mac to know the interface by: add it")
            }
            return nil
        }
        let spec = dhcpSpec(dhcp)
        guard let mac = macNode.string.flatMap({ MACAddress($0) }) else {
            expected(
                "a MAC address such as 52:54:00:12:34:01\(macNode.string == nil ? " (put it in quotes)" : "")",
                at: macNode)
            return nil
        }
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
        let spec = OSIESpec(
            baseURL: bootText("baseURL", of: node), kernel: bootText("kernel", of: node),
            initrd: bootText("initrd", of: node),
            kernelParams: bootTexts("kernelParams", of: node))
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
            if let route = route(item) { spec.classlessStaticRoutes.append(route) }
        }
        spec.tftpServerName = nonEmpty("tftp_server_name", of: node)
        spec.bootFileName = nonEmpty("boot_file_name", of: node)
        return spec
    }

    private mutating func route(_ node: Node) -> DHCPSpec.Route? {
        guard let gateway = address("router", of: node) else {
            if field("router", of: node) == nil { error(node, "a route needs a router") }
            return nil
        }
        guard let destination = field("destination_descriptor", of: node) else {
            error(node, "a route needs a destination_descriptor such as 10.1.0.0/16")
            return nil
        }
        let parts = (destination.string ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let network = IPv4Address(parts[0]), let length = Int(parts[1]),
            (0...32).contains(length)
        else {
            expected("a network such as 10.1.0.0/16", at: destination)
            return nil
        }
        return DHCPSpec.Route(destination: network, prefixLength: length, gateway: gateway)
    }

    /// Go writes a text that is not set as `""`.
    private mutating func nonEmpty(_ key: String, of parent: Node?) -> String? {
        text(key, of: parent).flatMap { $0.isEmpty ? nil : $0 }
    }

    private mutating func flatten(_ node: Node, prefix: String, into result: inout [String: String]) {
        for (number, item) in node.items.enumerated() { flatten(item, prefix: "\(prefix)\(number).", into: &result) }
        for (name, value) in node.fields { flatten(value, prefix: "\(prefix)\(name).", into: &result) }
        if let scalar = node.scalar, scalar != .null { result[String(prefix.dropLast())] = node.text }
    }
}
