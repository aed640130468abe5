import HashTreeCollections

extension Observer {
    /// A card was exchanged and its MAC edited: an unspent arming, or a hold, goes to the new MAC. Nobody turned the new MAC on, be it
    /// one that the inventory has known as another machine's.
    mutating func moveEdited(_ macs: [MACAddress]) {
        for mac in macs where old.states[mac]?.isOn != true && new.value(of: mac) == true {
            guard let interface = new[mac] else { continue }
            let isKnown = old.states[mac] != nil
            // More than one where the host stood in two manifests.
            let before = old.formerEntries(of: interface.host, in: new).map(\.host.interfaces)
            let lost = before.joined().map(\.mac).filter { lost in
                old.states[lost]?.isOn == true && !interface.host.interfaces.contains { $0.mac == lost }
            }
            let index = interface.host.interfaces.firstIndex { $0.mac == mac }
            let places = before.compactMap { specs in index.flatMap { specs.indices.contains($0) ? specs[$0] : nil } }
            // Its permission was on, and another MAC's.
            let isInherited = isKnown && places.contains { $0.isOn && $0.mac != mac }
            guard !lost.isEmpty || isInherited else { continue }
            let replaced = before.count == 1 && (isKnown || old[mac] == nil) ? places.first?.mac : nil
            guard let replaced, lost.contains(replaced), new[replaced] == nil, let state = old.states[replaced],
                isMovable(state, from: replaced)
            else {
                ambiguous.insert(mac)
                continue
            }
            move(state, from: replaced, to: interface)
        }
    }

    /// What is spent, or another MAC's by now, stays behind, also below a hold.
    private func isMovable(_ state: InterfaceState, from mac: MACAddress) -> Bool {
        guard let arming = state.arming else { return state.hold != nil }
        return isUnspent(arming) && !hasMovedAway(arming, from: mac)
    }

    private mutating func move(_ state: InterfaceState, from mac: MACAddress, to interface: Interface) {
        var moved = state
        moved.host = interface.host.id
        moved.armAnnotation = interface.host.armAnnotation
        // The signature of the arming was for the machine with the old card; a bind of ours chooses nothing that was not asked for.
        let isHeld = moved.hold == nil && !(step.isOwn && mac.isUnseen) && isUnsigned(interface)
        if isHeld {
            moved.hold = .unsigned
            // That commit is to be named, not the one that armed it.
            moved.since = provenance(interface)
        }
        if let arming = state.arming { observation.moved[arming] = interface.mac }
        observation.states[interface.mac] = moved
        observation.events.append(
            Event(
                .moved, host: interface.host.id, mac: interface.mac,
                mac.isUnseen
                    ? "the host that waited to be seen has this MAC now"
                    : state.arming == nil ? "took the place of \(mac)" : "took the arming of \(mac) with it",
                commit: step.commit))
        if isHeld { noteHeld(interface, .unsigned) }
    }

    /// Hosts that exchanged MACs, two of them or more in a ring: nobody can say which installation was meant for which machine.
    mutating func holdExchanged(_ macs: [MACAddress]) {
        var gains: [Host.ID: [Host.ID: [MACAddress]]] = [:]
        for mac in macs {
            // A MAC may stand in several manifests, so that a host loses it to another while a third one, broken, keeps its claim.
            let before = old.hosts(claiming: mac)
            let after = new.hosts(claiming: mac)
            for loser in before.subtracting(after) {
                for gainer in after.subtracting(before) { gains[loser, default: [:]][gainer, default: []].append(mac) }
            }
        }
        for (loser, gainers) in ring(gains) {
            for (gainer, macs) in gainers where isReached(loser, from: gainer, by: gains) {
                for mac in macs where new.value(of: mac) == true { ambiguous.insert(mac) }
            }
        }
        for mac in ambiguous {
            guard var state = old.states[mac], state.isOn, let interface = new[mac] else { continue }
            state.host = interface.host.id
            state.armAnnotation = interface.host.armAnnotation
            observation.states[mac] = state
            if let arming = state.arming, !isUnspent(arming) { continue }
            observation.states[mac]?.hold = .ambiguous
            noteHeld(interface, .ambiguous)
        }
    }

    /// Without those who only gave, and those who got from nobody but them, and so on: what is left is rings, and whom they gave to.
    private func ring(_ gains: [Host.ID: [Host.ID: [MACAddress]]]) -> [Host.ID: [Host.ID: [MACAddress]]] {
        var givers: [Host.ID: Int] = [:]
        for gainer in gains.values.flatMap(\.keys) { givers[gainer, default: 0] += 1 }
        var left = gains
        var open = gains.keys.filter { givers[$0] == nil }
        while let host = open.popLast() {
            for gainer in (left.removeValue(forKey: host) ?? [:]).keys {
                givers[gainer, default: 0] -= 1
                if givers[gainer] == 0 { open.append(gainer) }
            }
        }
        return left
    }

    private func isReached(_ host: Host.ID, from start: Host.ID, by gains: [Host.ID: [Host.ID: [MACAddress]]]) -> Bool {
        var open = [start]
        var seen: Set<Host.ID> = [start]
        while let next = open.popLast() {
            if next == host { return true }
            open += (gains[next] ?? [:]).keys.filter { seen.insert($0).inserted }
        }
        return false
    }
}
