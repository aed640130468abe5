import HashTreeCollections

extension Standing {
    /// An armed host waits to be seen: only then an unknown MAC may be somebody.
    package var isWaiting: Bool { !ledger.unseen.isEmpty }

    /// What makes an unknown MAC get a loader; nil leaves it alone. Costs a look whether anybody waits where nobody does.
    func introduction(of sighting: Sighting, now: Now) -> Introduction? {
        guard isWaiting, inventory.states[sighting.mac] == nil else { return nil }
        if let uuid = sighting.uuid, isReal(uuid: uuid) {
            let key = MACAddress(unseenBy: uuid)
            if ledger.unseen[key] != nil, let interface = inventory[key], interface.host.isNamed(byUUID: uuid),
                waits(interface, for: sighting, now)
            {
                return .uuid(key)
            }
        }
        guard let link = sighting.link ?? sighting.address else { return nil }
        for key in ledger.unseen.keys {
            guard let interface = inventory[key], interface.settings.introduce == .loader,
                interface.spec.dhcp.isNetwork(of: link), waits(interface, for: sighting, now)
            else { continue }
            return .network(key)
        }
        return nil
    }

    /// The hosts that would be introduced to this unknown machine, did it ask from their network: their keys, at most ten.
    package func outOfReach(_ sighting: Sighting, now: Now) -> [MACAddress] {
        guard isWaiting, inventory.states[sighting.mac] == nil, let link = sighting.link ?? sighting.address else {
            return []
        }
        var keys: [MACAddress] = []
        for key in ledger.unseen.keys where keys.count < 10 {
            guard let interface = inventory[key], interface.settings.introduce == .loader,
                // One that shows a UUID would have been known by it.
                interface.host.uuid == nil || sighting.uuid == nil,
                !interface.spec.dhcp.isNetwork(of: link), waits(interface, for: sighting, now)
            else { continue }
            keys.append(key)
        }
        return keys
    }

    /// The interface waits for nothing but to be seen, and the machine shows nothing that a policy refuses.
    private func waits(_ interface: Interface, for sighting: Sighting, _ now: Now) -> Bool {
        var shown = sighting
        shown.mac = interface.mac
        return decideBoot(shown, in: self, now: now) == .localBoot(.waiting)
    }

    /// What the script request of an unknown MAC comes to.
    package enum Recognition: Sendable, Equatable {
        /// No armed host that waits is known by its UUID or serial.
        case nobody
        /// This one alone, which may be bound to its MAC, as far as the inventory knows.
        case host(Host.ID, key: MACAddress, arming: Arming.ID)
        /// What speaks against it, for a person.
        case refused(Host.ID, String)
    }

    /// Says which of the armed hosts that wait to be seen asks for its script. Looks at every host where one of them is recognised.
    package func recognise(_ sighting: Sighting, now: Now) -> Recognition {
        let known = ledger.unseen.keys.compactMap { inventory[$0] }.filter { $0.host.isNamed(by: sighting) }
            .sorted { $0.host.id < $1.host.id }
        guard let interface = known.first else { return .nobody }
        let host = interface.host
        func refused(_ why: String) -> Recognition { .refused(host.id, why) }
        if let why = sighting.mac.whyNoCard { return refused("\(sighting.mac) is no network card's: \(why)") }
        if known.count > 1 { return refused("\(known[1].host.id) waits for the same UUID or serial, too") }
        if let uuid = host.uuid, sighting.uuid.map({ isSame(uuid: $0, uuid) }) != true {
            return refused(
                "it shows \(sighting.uuid.map { "the UUID \($0)" } ?? "no UUID"), and the manifest names \(uuid)")
        }
        if let serial = host.serial, sighting.serial.flatMap(comparable(serial:)) != comparable(serial: serial) {
            return refused(
                "it shows \(sighting.serial.map { "the serial \($0)" } ?? "no serial"), and the manifest names \(serial)"
            )
        }
        if host.uuid == nil {
            guard interface.settings.introduce == .loader else {
                return refused("it is known by its serial alone, and no policy says `introduce: loader`")
            }
            if let address = sighting.address, !interface.spec.dhcp.isNetwork(of: address) {
                return refused("it asks from \(address), outside of the host's network")
            }
        }
        var shown = sighting
        shown.mac = interface.mac
        shown.isComplete = true
        let decision = decideBoot(shown, in: self, now: now)
        guard decision == .localBoot(.waiting), let arming = interface.arming else {
            return refused("the host may not netboot now: \(decision.reason)")
        }
        if inventory.claims[sighting.mac] != nil || inventory.states[sighting.mac] != nil {
            return refused("\(sighting.mac) is known already")
        }
        let others = inventory.entries.values.joined().filter {
            $0.host.id != host.id && $0.host.isNamed(by: sighting) && !inventory.isRenamed($0.host.id)
        }
        if let other = others.map(\.host.id).min() {
            return refused("its UUID or serial stands in the manifest of \(other), too")
        }
        return .host(host.id, key: interface.mac, arming: arming)
    }
}

extension Host {
    fileprivate func isNamed(byUUID shown: String) -> Bool {
        uuid.map { isReal(uuid: $0) && isSame(uuid: shown, $0) } ?? false
    }

    /// The machine shows the UUID or the serial of the manifest.
    fileprivate func isNamed(by sighting: Sighting) -> Bool {
        if let shown = sighting.uuid, isNamed(byUUID: shown) { return true }
        guard let serial, isReal(serial: serial), let shown = sighting.serial else { return false }
        return comparable(serial: shown) == comparable(serial: serial)
    }
}

extension DHCPSpec {
    /// The address lies in this interface's network; any address does where it has none.
    func isNetwork(of other: IPv4Address) -> Bool {
        guard let address, let netmask else { return true }
        return address.bits & netmask.bits == other.bits & netmask.bits
    }
}
