import HashTreeCollections

extension Inventory {
    func hosts(claiming mac: MACAddress) -> Set<Host.ID> { Set((claims[mac] ?? []).map(\.host)) }

    /// The first of the manifests that claim this MAC which has it on: at first sight its annotation is the one to remember.
    func claimant(on mac: MACAddress) -> Host? {
        for claim in claims[mac] ?? [] {
            if let host = entry(of: claim)?.host, host.interfaces[claim.index].isOn { return host }
        }
        return nil
    }

    /// One of the manifests that claim this MAC has it on, with this annotation where one is given.
    func isClaimedOn(_ mac: MACAddress, annotation: String?) -> Bool {
        (claims[mac] ?? []).contains { claim in
            guard let host = entry(of: claim)?.host, host.interfaces[claim.index].isOn else { return false }
            return annotation == nil || host.armAnnotation == annotation
        }
    }

    /// MACs whose manifest says something else than what was last seen of them: on, and never seen on, or off.
    package var unread: [MACAddress] {
        claims.keys.filter { mac in value(of: mac).map { $0 != (states[mac]?.isOn ?? false) } ?? false }
    }

    /// The host that a MAC stands in.
    func entry(of mac: MACAddress) -> Entry? { claims[mac]?.first.flatMap { entry(of: $0) } }

    /// The MAC comes from a file that was broken when this repo was first seen, so that it may have been on for years.
    func isUnseen(_ mac: MACAddress, in new: Inventory) -> Bool {
        new.claims[mac]?.first.map { files[$0.path]?.isUnseen == true } ?? false
    }

    /// What a host was before a step that leads to `new`. Where nobody was called so: the hosts that are gone by then, and stood in its
    /// file or had a card of its, for a new name alone makes no new machine.
    func formerEntries(of host: Host, in new: Inventory) -> [Entry] {
        if let known = entries[host.id] { return known }
        let there = (files[host.location.path]?.inForce.hosts ?? []) + host.interfaces.compactMap { self[$0.mac]?.host }
        let gone = Set(there.map(\.id)).filter { new.entries[$0] == nil || new.lost.contains($0) }
        return gone.sorted().flatMap { entries[$0] ?? [] }
    }
}
