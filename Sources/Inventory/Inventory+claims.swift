import HashTreeCollections

extension Inventory {
    func hosts(claiming mac: MACAddress) -> Set<Host.ID> { Set((claims[mac] ?? []).map(\.host)) }

    /// The first of the manifests that claim this MAC which has it on: at first sight its annotation is the one to remember.
    func claimant(on mac: MACAddress) -> Host? {
        for claim in claims[mac] ?? [] {
            let entry = entries[claim.host]?.first { $0.path == claim.path && $0.ordinal == claim.ordinal }
            if let host = entry?.host, host.interfaces[claim.index].isOn { return host }
        }
        return nil
    }

    /// The MAC comes from a file that was broken when this repo was first seen, so that it may have been on for years.
    func isUnseen(_ mac: MACAddress, in new: Inventory) -> Bool {
        new.claims[mac]?.first.map { files[$0.path]?.isUnseen == true } ?? false
    }
}
