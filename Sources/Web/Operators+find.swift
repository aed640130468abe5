import HashTreeCollections
import Inventory
import Reconcile

/// A host by its name, by `namespace/name`, or by one of its MACs.
struct HostReference {
    private let text: String

    init(_ text: String) { self.text = text }

    /// The host that one asks about, also by a name that its machine had before: `formerly` then.
    ///
    /// - Throws: `OperatorError`.
    func asked(in standing: Standing) throws -> (host: Host, formerly: String?) {
        let inventory = standing.inventory
        let isThere = inventory.entries.keys.contains { $0.isCalled(text) && !inventory.isRenamed($0) }
        let now = isThere ? [] : standing.successors { $0.isCalled(text) }
        guard now.count == 1, let host = now.first.flatMap({ inventory[$0]?.host }) else {
            return (try host(in: standing), nil)
        }
        return (host, text)
    }

    /// - Throws: `OperatorError` where none or several are called so.
    func host(in standing: Standing) throws -> Host {
        if let mac = MACAddress(text) {
            if let interface = standing.inventory[mac] { return interface.host }
            throw OperatorError(description: "no manifest names the MAC \(mac); `bootlatch status` lists the hosts")
        }
        var matches = standing.inventory.entries.keys.filter { $0.isCalled(text) }
        if matches.count > 1 { matches.removeAll { standing.inventory.isRenamed($0) } }
        if matches.count > 1 {
            let names = matches.sorted().map(\.description).joined(separator: ", ")
            throw OperatorError(description: "\(text) is one of several hosts: \(names); say which")
        }
        guard let id = matches.first, let entry = standing.inventory[id] else {
            let now = standing.successors { $0.isCalled(text) }.map(\.description).joined(separator: " and ")
            throw OperatorError(
                description: "no host \(text) in the inventory; "
                    + (now.isEmpty
                        ? "`bootlatch status` lists the hosts, `bootlatch history \(text)` tells of one that was"
                        : "its machine is \(now) now")
            )
        }
        return entry.host
    }

    /// What is asked is about one interface.
    var oneInterface: some InterfaceReference { InterfaceOfHost(reference: self, mac: MACAddress(text), isAny: false) }

    /// What is asked is about the host: any of its interfaces will do.
    var anyInterface: some InterfaceReference { InterfaceOfHost(reference: self, mac: MACAddress(text), isAny: true) }
}

private struct InterfaceOfHost: InterfaceReference {
    var reference: HostReference
    var mac: MACAddress?
    var isAny: Bool

    func mac(in standing: Standing) throws -> MACAddress {
        if let mac { return mac }
        let host = try reference.host(in: standing)
        guard let first = host.interfaces.first?.mac else {
            throw OperatorError(description: "\(host.id) has no interface that could netboot; nothing to do")
        }
        guard isAny || host.interfaces.count == 1 else {
            let macs = host.interfaces.map(\.mac.description).joined(separator: ", ")
            throw OperatorError(description: "\(host.id) has several interfaces; name the MAC: \(macs)")
        }
        return first
    }
}

extension Host.ID {
    /// From `namespace/name`, or the name alone.
    init(_ text: String) {
        let slash = text.firstIndex(of: "/")
        self.init(
            namespace: slash.map { String(text[..<$0]) } ?? "",
            name: slash.map { String(text[text.index(after: $0)...]) } ?? text)
    }

    fileprivate func isCalled(_ reference: String) -> Bool { description == reference || name == reference }
}
