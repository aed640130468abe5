import Inventory
import YAML

/// Metal3's `BareMetalHost`, `metal3.io/v1alpha1`. Its permission is an annotation. What the machine boots is the policy's profile:
/// `image` is what Metal3 itself writes to the disk.
extension FieldReader {
    mutating func bareMetalHost(
        _ spec: Node?, annotations: Node?, metadata: Node?, of manifest: Node, into host: inout Host
    ) {
        if let online = bool("online", of: spec) { host.instance["online"] = "\(online)" }
        if let image = mapping("image", of: spec) { flatten(image, prefix: "image.", into: &host.instance) }
        let architecture = nonEmpty("architecture", of: spec)
        let mode = choice("bootMode", of: spec, BootMode.self)
        let permission = annotations?[Dialect.netbootAnnotation]
        let isOn = permission.map { allows($0) } ?? false
        let known: MACAddress?
        if let node = field("bootMACAddress", of: spec), node.string?.isEmpty != true {
            known = mac(node)
        } else {
            known = MACAddress(unseenBy: host.labels)
            if isOn, known == nil, let permission {
                let why = unknownMachine(host.labels, unseen: 1)
                error(permission, "\"allow\", but there is no spec.bootMACAddress to know the interface by\(why)")
            }
        }
        guard let mac = known else { return }
        var dhcp = DHCPSpec()
        dhcp.arch = architecture
        dhcp.uefi = mode.map { $0 != .legacy }
        host.interfaces.append(
            InterfaceSpec(
                mac: mac, isOn: isOn, netbootLocation: location(of: permission ?? annotations ?? metadata ?? manifest),
                dhcp: dhcp))
    }

    private mutating func allows(_ node: Node) -> Bool {
        if node.isNull { return false }
        switch node.string {
        case "allow": return true
        case "deny": return false
        default:
            // Kubernetes refuses an annotation that is no text.
            expected("\"allow\" or \"deny\"", at: node)
            return false
        }
    }
}

private enum BootMode: String, CaseIterable { case uefi = "UEFI", secure = "UEFISecureBoot", legacy }
