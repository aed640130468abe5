import Inventory
import YAML

/// Tinkerbell's `Hardware`, `tinkerbell.org/v1alpha2`: interfaces keyed by their MAC, and `netboot.disabled`, whose polarity is
/// turned round. Only a `false` that somebody wrote is on: to Tinkerbell an absent field is `false` too, and would arm a fleet.
extension FieldReader {
    mutating func hardwareV1Alpha2(_ spec: Node?, into host: inout Host) {
        let instance = mapping("instance", of: spec)
        for (name, value) in instance?.fields ?? [] where !unread.contains(name) {
            flatten(value, prefix: "\(name).", into: &host.instance)
        }
        let osie = instanceOSIE(mapping("osie", of: instance))
        let attributes = mapping("attributes", of: spec)
        let arch = nonEmpty("arch", of: attributes)
        let uefi = bool("uefi", of: attributes)
        var places: [MACAddress: Node] = [:]
        for entry in mapping("networkInterfaces", of: spec)?.mergedEntries ?? [] {
            let (key, value) = (entry.key, entry.value)
            guard let mac = mac(key) else { continue }
            guard value.isNull || value.resolved.kind == .mapping else {
                expected("a mapping", at: value)
                continue
            }
            if let earlier = places.updateValue(key, forKey: mac) {
                error(
                    key,
                    "\(mac) stands already at \(location(of: earlier)) as \(earlier.text): keep one of the two")
                continue
            }
            if key.text != "\(mac)" {
                warning(key, "Tinkerbell matches only the spelling \(mac); write it so")
            }
            var interface = interfaceV1Alpha2(value, mac, key: key)
            interface.dhcp.arch = arch
            interface.dhcp.uefi = uefi
            interface.osie = osie
            host.interfaces.append(interface)
        }
    }

    private mutating func interfaceV1Alpha2(_ node: Node, _ mac: MACAddress, key: Node) -> InterfaceSpec {
        let netboot = mapping("netboot", of: node)
        let isOff = bool("disabled", of: netboot)
        if let old = field("disableNetboot", of: node) {
            warning(old, "a field of an older draft, which is not read; the permission is netboot.disabled")
        }
        let dhcp = mapping("dhcp", of: node)
        // The field's name has changed within v1alpha2.
        let options = mapping("v4", of: dhcp) ?? mapping("ipv4", of: dhcp)
        let ipv4 = mapping("ipv4", of: mapping("ipam", of: node))
        var spec = dhcpOptions(options)
        spec.address = address("address", of: ipv4)
        spec.gateway = address("gateway", of: ipv4)
        spec.netmask = prefix("prefix", of: ipv4)
        return InterfaceSpec(
            mac: mac, isOn: isOff == false, netbootLocation: location(of: netboot?["disabled"] ?? netboot ?? key),
            dhcp: spec, ipxe: ipxe(mapping("ipxe", of: netboot)), disableDHCP: bool("disabled", of: options) ?? false)
    }

    private mutating func ipxe(_ node: Node?) -> IPXESpec? {
        let spec = IPXESpec(
            url: bootText("url", of: node), contents: bootText("script", of: node), binary: nonEmpty("binary", of: node)
        )
        return spec == IPXESpec() ? nil : spec
    }

    private mutating func instanceOSIE(_ node: Node?) -> OSIESpec? {
        let spec = OSIESpec(
            kernel: artifact("kernelURL", of: node), initrd: artifact("initrdURL", of: node),
            kernelParams: bootTexts("kernelParams", of: node))
        return spec == OSIESpec() ? nil : spec
    }

    private mutating func dhcpOptions(_ node: Node?) -> DHCPSpec {
        var spec = DHCPSpec()
        spec.hostname = nonEmpty("hostname", of: node)
        spec.leaseTime = integer("leaseTimeSeconds", of: node, in: 0...Int(UInt32.max)).map { Int64($0) }
        spec.nameServers = addressesOrNames("nameservers", of: node)
        spec.timeServers = addressesOrNames("ntpServers", of: node)
        spec.domainName = nonEmpty("domainName", of: node)
        spec.vlanID = nonEmpty("vlanID", of: node)
        for item in items("classlessStaticRoutes", of: node) {
            if let route = route(item, destination: "destinationDescriptor") {
                spec.classlessStaticRoutes.append(route)
            }
        }
        spec.tftpServerName = nonEmpty("tftpServerName", of: node)
        spec.bootFileName = nonEmpty("bootFileName", of: node)
        return spec
    }
}

/// Fields of `instance` that are long, or read elsewhere.
private let unread: Set = ["osie", "userdata", "vendordata"]
