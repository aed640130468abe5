import HashTreeCollections

extension Observer {
    /// A card was exchanged and its MAC edited: an unspent arming, or a hold, goes to the new MAC.
    mutating func moveEdited(_ macs: [MACAddress]) {
        for mac in macs where old.states[mac] == nil && new.value(of: mac) == true {
            guard let interface = new[mac] else { continue }
            // More than one where the host stood in two manifests.
            let before = (old.entries[interface.host.id] ?? []).map(\.host.interfaces)
            let lost = before.joined().map(\.mac).filter { lost in
                old.states[lost]?.isOn == true && !interface.host.interfaces.contains { $0.mac == lost }
            }
            guard !lost.isEmpty else { continue }
            let index = interface.host.interfaces.firstIndex { $0.mac == mac }
            let only = before.count == 1 && old[mac] == nil ? before[0] : []
            let replaced = index.flatMap { only.indices.contains($0) ? only[$0].mac : nil }
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
        if isHeld { moved.hold = .unsigned }
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

    /// Two hosts that exchanged MACs: nobody can say which installation was meant for which machine.
    mutating func holdExchanged(_ macs: [MACAddress]) {
        var exchanges: [[Host.ID]: [MACAddress]] = [:]
        for mac in macs {
            // A MAC may stand in several manifests, so that a host loses it to another while a third one, broken, keeps its claim.
            let before = old.hosts(claiming: mac)
            let after = new.hosts(claiming: mac)
            for loser in before.subtracting(after) {
                for gainer in after.subtracting(before) { exchanges[[loser, gainer], default: []].append(mac) }
            }
        }
        for (hosts, there) in exchanges where exchanges[[hosts[1], hosts[0]]] != nil {
            for mac in there where new.value(of: mac) == true { ambiguous.insert(mac) }
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
}
