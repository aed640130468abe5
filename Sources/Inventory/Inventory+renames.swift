import HashTreeCollections

extension Inventory {
    /// A lost host whose every MAC has stood in a file under another name since: it lives on there. Only what it was is remembered, for
    /// when a manifest of its name is back.
    package func isRenamed(_ id: Host.ID) -> Bool {
        guard lost.contains(id), let host = self[id]?.host else { return false }
        return !host.interfaces.isEmpty && lostMACs(of: id).isEmpty
    }

    /// Every host that there is, in order: one that lives on under another name stands there alone.
    package var listed: [Host.ID] { entries.keys.filter { !isRenamed($0) }.sorted() }

    /// The interfaces of a host that are still its: a lost one may have left some of them to another name.
    package func interfaces(of host: Host) -> [InterfaceSpec] {
        guard lost.contains(host.id) else { return host.interfaces }
        let macs = lostMACs(of: host.id)
        return host.interfaces.filter { macs.contains($0.mac) }
    }
}

extension Standing {
    /// The hosts that the machines of this one are now, in order: it stands in no manifest, and its MACs do under another name. Looks at
    /// every arming.
    package func successors(of name: (Host.ID) -> Bool) -> [Host.ID] {
        let lost = inventory.lost.filter { name($0) && inventory.isRenamed($0) }
        var macs = Set(lost.flatMap { inventory[$0]?.host.interfaces ?? [] }.map(\.mac))
        for record in ledger.records.values where name(record.arming.host) { macs.insert(record.arming.mac) }
        return Set(macs.compactMap { inventory[$0]?.host.id }).sorted()
    }
}
