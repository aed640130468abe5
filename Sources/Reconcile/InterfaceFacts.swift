import Inventory

/// What manifest and policies say of an interface, wherever they say it.
struct InterfaceFacts: Equatable {
    private var host: Host.ID
    private var annotation: String?
    private var spec: InterfaceSpec
    private var settings: HostPolicy
    private var suspension: Suspension?
    private var stop: String?

    init?(_ interface: Interface?) {
        guard let interface else { return nil }
        host = interface.host.id
        annotation = interface.host.armAnnotation
        spec = interface.spec
        spec.netbootLocation = SourceLocation(path: "")
        settings = interface.settings
        settings.profile?.location = SourceLocation(path: "")
        settings.suspend = nil
        suspension = interface.suspension
        stop = interface.stop?.reason
    }

    /// Each in words. What only policies change is left out for an interface that is off: it shows when somebody arms it.
    static func differences(from old: Interface, to new: Interface) -> [String] {
        var found: [String] = []
        if old.host.id != new.host.id { found.append("was \(old.host.id)") }
        found += dhcp(old.spec, new.spec)
        if old.spec.ipxe?.binary != new.spec.ipxe?.binary {
            found.append(
                "loader \(new.spec.ipxe?.binary ?? "by default"), was \(old.spec.ipxe?.binary ?? "the default")")
        }
        if old.stop?.reason != new.stop?.reason {
            found.append(new.stop.map { "suspended \($0.words)" } ?? "suspended no more")
        }
        let isOwn = old.spec.ipxe != new.spec.ipxe || old.spec.osie != new.spec.osie
        guard new.spec.isOn || isOwn || !found.isEmpty else { return [] }
        let (plan, before) = (Plan(for: new), Plan(for: old))
        if plan != before {
            let (words, former) = (plan?.words ?? "boots nothing", before?.words ?? "nothing")
            found.append(words == former ? "\(words), otherwise than before" : "\(words) (before: \(former))")
        }
        if let profile = new.settings.profile, let old = old.settings.profile {
            let others = profile.answers.filter { $0.value.file != old.answers[$0.key]?.file }.keys.sorted()
            if !others.isEmpty { found.append("other answers: \(others.joined(separator: ", "))") }
        }
        let fields = labels(ofChangesBetween: old.settings, new.settings).filter {
            !["profile", "suspend", "isPolicyBroken"].contains($0)
        }
        if !fields.isEmpty { found.append("its policies say something else about \(fields.joined(separator: ", "))") }
        return found
    }

    private static func dhcp(_ old: InterfaceSpec, _ new: InterfaceSpec) -> [String] {
        var found: [String] = []
        if old.disableDHCP != new.disableDHCP { found.append(new.disableDHCP ? "gets no lease" : "gets a lease") }
        func value(_ name: String, _ old: String?, _ new: String?) {
            if old != new { found.append("\(name) \(new ?? "none"), was \(old ?? "none")") }
        }
        value("address", old.dhcp.address?.description, new.dhcp.address?.description)
        value("hostname", old.dhcp.hostname, new.dhcp.hostname)
        value("boot file", old.dhcp.bootFileName, new.dhcp.bootFileName)
        let others = labels(ofChangesBetween: old.dhcp, new.dhcp).filter {
            !["address", "hostname", "bootFileName"].contains($0)
        }
        if !others.isEmpty { found.append("DHCP: other \(others.joined(separator: ", "))") }
        return found
    }

    /// The fields in which two values differ.
    private static func labels<Value>(ofChangesBetween old: Value, _ new: Value) -> [String] {
        zip(Mirror(reflecting: old).children, Mirror(reflecting: new).children).compactMap { old, new in
            "\(old.value)" == "\(new.value)" ? nil : old.label
        }
    }
}

extension Plan {
    /// For a sentence about the machine.
    var words: String {
        switch self {
        case .script: "boots an iPXE script"
        case .chain(let url): "chains to \(url)"
        case .kernel(let kernel, _, _): "boots \(kernel)"
        }
    }
}
