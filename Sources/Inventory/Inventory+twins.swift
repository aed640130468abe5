import HashTreeCollections

// A generator may write one name, or one MAC, tens of thousands of times: each of these costs one look at every place, not one for every
// other place.

extension Inventory {
    /// The manifest that claims, one of twins where a host is described twice.
    func entry(of claim: Claim) -> Entry? {
        guard let twins = entries[claim.host] else { return nil }
        if twins.count == 1 { return twins[0].isPlace(of: claim) ? twins[0] : nil }
        // They stand in the order of their places.
        var (low, high) = (0, twins.count)
        while low < high {
            let middle = (low + high) / 2
            if twins[middle].stands(before: claim) { low = middle + 1 } else { high = middle }
        }
        return twins.indices.contains(low) && twins[low].isPlace(of: claim) ? twins[low] : nil
    }

    /// Takes in what these files hold, or last held when they were good.
    mutating func claim(_ files: [File]) {
        var (ids, macs): (Set<Host.ID>, Set<MACAddress>) = ([], [])
        if !lost.isEmpty { forgetLost(lost.intersection(files.flatMap(\.inForce.hosts).map(\.id))) }
        for file in files {
            for (ordinal, host) in file.inForce.hosts.enumerated() {
                let entry = Entry(
                    host: host, settings: rules.settings(for: host), suspension: file.parsed.isBroken ? .broken : nil,
                    path: file.parsed.path, ordinal: ordinal, content: file.goodContent)
                entries[host.id, default: []].append(entry)
                ids.insert(host.id)
                for (index, spec) in host.interfaces.enumerated() {
                    // A MAC that is back under another name is no longer its lost host's.
                    if macs.insert(spec.mac).inserted { claims[spec.mac]?.removeAll { lost.contains($0.host) } }
                    claims[spec.mac, default: []].append(Claim(entry, index: index))
                }
            }
        }
        for id in ids {
            guard let twins = entries[id], twins.count > 1 else { continue }
            entries[id] = twins.sorted { ($0.path, $0.ordinal) < ($1.path, $1.ordinal) }
        }
        sortClaims(of: macs)
    }

    /// In the order of the paths, whichever came first: a restart must find the same.
    mutating func sortClaims(of macs: Set<MACAddress>) {
        for mac in macs {
            guard let all = claims[mac], all.count > 1 else { continue }
            claims[mac] = all.sorted { ($0.path, $0.ordinal, $0.index) < ($1.path, $1.ordinal, $1.index) }
        }
    }

    /// Takes these lost hosts out.
    mutating func forgetLost(_ ids: Set<Host.ID>) {
        let gone = ids.intersection(lost)
        lost.subtract(gone)
        var macs: Set<MACAddress> = []
        for id in gone {
            for entry in entries.removeValue(forKey: id) ?? [] { macs.formUnion(entry.host.interfaces.map(\.mac)) }
        }
        for mac in macs {
            claims[mac]?.removeAll { gone.contains($0.host) }
            if claims[mac]?.isEmpty == true { claims[mac] = nil }
        }
    }

    /// Takes out what these files hold.
    mutating func withdraw(_ files: [ParsedFile]) {
        let paths = Set(files.map(\.path))
        for id in Set(files.flatMap(\.hosts).map(\.id)) where !lost.contains(id) {
            entries[id]?.removeAll { paths.contains($0.path) }
            if entries[id]?.isEmpty == true { entries[id] = nil }
        }
        for mac in Set(files.flatMap(\.hosts).flatMap(\.interfaces).map(\.mac)) {
            claims[mac]?.removeAll { paths.contains($0.path) && !lost.contains($0.host) }
            if claims[mac]?.isEmpty == true { claims[mac] = nil }
        }
    }
}

extension Inventory.Entry {
    fileprivate func stands(before claim: Inventory.Claim) -> Bool { (path, ordinal) < (claim.path, claim.ordinal) }

    fileprivate func isPlace(of claim: Inventory.Claim) -> Bool { path == claim.path && ordinal == claim.ordinal }
}
