import HashTreeCollections
import Inventory
import Reconcile

extension Operators {
    /// The host that one asks about, also by a name that its machine had before: `formerly` then.
    func asked(_ reference: String, in standing: Standing) throws -> (host: Host, formerly: String?) {
        let inventory = standing.inventory
        let isThere = inventory.entries.keys.contains { $0.isCalled(reference) && !inventory.isRenamed($0) }
        let now = isThere ? [] : standing.successors { $0.isCalled(reference) }
        guard now.count == 1, let host = now.first.flatMap({ inventory[$0]?.host }) else {
            return (try host(reference, in: standing), nil)
        }
        return (host, reference)
    }

    func host(_ reference: String, in standing: Standing) throws -> Host {
        if let mac = MACAddress(reference) {
            if let interface = standing.inventory[mac] { return interface.host }
            throw OperatorError(description: "no manifest names the MAC \(mac); `bootlatch status` lists the hosts")
        }
        var matches = standing.inventory.entries.keys.filter { $0.isCalled(reference) }
        if matches.count > 1 { matches.removeAll { standing.inventory.isRenamed($0) } }
        if matches.count > 1 {
            let names = matches.sorted().map(\.description).joined(separator: ", ")
            throw OperatorError(description: "\(reference) is one of several hosts: \(names); say which")
        }
        guard let id = matches.first, let entry = standing.inventory[id] else {
            let now = standing.successors { $0.isCalled(reference) }.map(\.description).joined(separator: " and ")
            throw OperatorError(
                description: "no host \(reference) in the inventory; "
                    + (now.isEmpty
                        ? "`bootlatch status` lists the hosts, `bootlatch history \(reference)` tells of one that was"
                        : "its machine is \(now) now")
            )
        }
        return entry.host
    }

    func interface(_ reference: String) async throws -> MACAddress {
        if let mac = MACAddress(reference) { return mac }
        // A host that was pushed a moment ago is in the remote, and not yet in the inventory.
        if (try? host(reference, in: gate.current)) == nil { _ = await reconciler.reconcile() }
        let host = try host(reference, in: gate.current)
        guard let first = host.interfaces.first, host.interfaces.count == 1 else {
            let macs = host.interfaces.map(\.mac.description).joined(separator: ", ")
            throw OperatorError(description: "\(host.id) has several interfaces; name the MAC: \(macs)")
        }
        return first.mac
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
