import HashTreeCollections

/// Says what a step from one inventory to the next means: which interfaces are armed, held, turned off or moved.
///
/// Pure. Only a turn-on that is *seen* in a commit arms; whatever leaves a doubt is held, and turning off always counts.
package func observe(
    _ step: Step, from old: Inventory, to new: Inventory, touched: Set<MACAddress>, _ observing: Observing
) -> Observation {
    var observer = Observer(step: step, old: old, new: new, observing: observing)
    observer.run(touched)
    return observer.observation
}

/// The MACs that this step would arm, were there nothing against it: what a merge must be asked about.
package func candidates(_ step: Step, from old: Inventory, to new: Inventory, touched: Set<MACAddress>) -> Set<
    MACAddress
> {
    touched.filter { mac in
        guard new.value(of: mac) == true, let interface = new[mac] else { return false }
        guard let state = old.states[mac], state.isOn else { return true }
        return isRearmed(interface.host, from: state) && step.kind == .commit
    }
}

/// The annotation `bootlatch.dev/arm` says something new.
private func isRearmed(_ host: Host, from state: InterfaceState) -> Bool {
    host.armAnnotation != nil && host.armAnnotation != state.armAnnotation
}

private struct Observer {
    let step: Step
    let old: Inventory
    let new: Inventory
    let observing: Observing
    var observation = Observation()
    /// MACs that two hosts exchanged, or that came in place of a spent one.
    private var ambiguous: Set<MACAddress> = []

    init(step: Step, old: Inventory, new: Inventory, observing: Observing) {
        self.step = step
        self.old = old
        self.new = new
        self.observing = observing
    }

    mutating func run(_ touched: Set<MACAddress>) {
        // In the order of the manifests, so that one commit's armings get their ids in an order that a reader can follow.
        // Each place is looked up once: a first sight touches every MAC there is.
        let macs = touched.map { (mac: $0, place: place(of: $0)) }.sorted { $0.place < $1.place }.map(\.mac)
        if step.kind == .commit {
            moveEdited(macs)
            holdExchanged(macs)
        }
        var turnedOn: [MACAddress] = []
        for mac in macs where observation.states[mac] == nil {
            guard let interface = new[mac] else { continue }
            switch explicitValue(of: interface) {
            case false?: turnOff(interface)
            case true?: if isCandidate(interface) { turnedOn.append(mac) }
            case nil: break
            }
        }
        turnOn(turnedOn)
    }

    /// At the first sight even a MAC that two manifests claim has a value, so that removing one of them later arms nothing.
    private func explicitValue(of interface: Interface) -> Bool? {
        if interface.suspension == nil { return interface.spec.isOn }
        guard step.kind == .firstSight, interface.suspension == .duplicate else { return nil }
        return new.claimant(on: interface.mac) != nil
    }

    private func place(of mac: MACAddress) -> (String, Int, UInt64) {
        let location = (new[mac] ?? old[mac])?.spec.netbootLocation
        return (location?.path ?? "", location?.line ?? 0, mac.bits)
    }

    private func provenance(_ interface: Interface) -> Provenance {
        Provenance(
            commit: step.commit, author: step.author, committedAt: step.committedAt,
            location: interface.spec.netbootLocation)
    }

    private func isUnspent(_ id: Arming.ID) -> Bool { observing.ledger[id].map { $0.ending == nil } ?? false }

    // Off

    private mutating func turnOff(_ interface: Interface) {
        guard var state = old.states[interface.mac] else {
            observation.states[interface.mac] = InterfaceState(
                isOn: false, host: interface.host.id, since: provenance(interface))
            observation.states[interface.mac]?.armAnnotation = interface.host.armAnnotation
            return
        }
        let before = state
        if state.isOn {
            if let arming = state.arming, isUnspent(arming), !step.isOwn, !hasMovedAway(arming, from: interface.mac) {
                observation.disarmed.append(arming)
            }
            state.isOn = false
            state.hold = nil
            state.isOffByUs = step.isOwn
            state.since = provenance(interface)
            observation.events.append(
                Event(
                    .turnedOff, host: interface.host.id, mac: interface.mac,
                    step.isOwn ? "turned off by our commit" : "turned off by \(step.author)", commit: step.commit))
        }
        state.host = interface.host.id
        state.armAnnotation = interface.host.armAnnotation
        if state != before { observation.states[interface.mac] = state }
    }

    private func hasMovedAway(_ arming: Arming.ID, from mac: MACAddress) -> Bool {
        observing.ledger[arming].map { $0.arming.mac != mac } ?? false
    }

    // MAC edits

    /// A card was exchanged and its MAC edited: an unspent arming, or a hold, goes to the new MAC.
    private mutating func moveEdited(_ macs: [MACAddress]) {
        for mac in macs where old.states[mac] == nil && old[mac] == nil && new.value(of: mac) == true {
            guard let interface = new[mac], let before = old[interface.host.id]?.host else { continue }
            let lost = before.interfaces.map(\.mac).filter { lost in
                old.states[lost]?.isOn == true && !interface.host.interfaces.contains { $0.mac == lost }
            }
            guard !lost.isEmpty else { continue }
            let index = interface.host.interfaces.firstIndex { $0.mac == mac }
            let replaced = index.flatMap { before.interfaces.indices.contains($0) ? before.interfaces[$0].mac : nil }
            guard let replaced, lost.contains(replaced), new[replaced] == nil, let state = old.states[replaced] else {
                ambiguous.insert(mac)
                continue
            }
            move(state, from: replaced, to: interface)
        }
    }

    private mutating func move(_ state: InterfaceState, from mac: MACAddress, to interface: Interface) {
        var moved = state
        moved.host = interface.host.id
        moved.armAnnotation = interface.host.armAnnotation
        if state.hold == nil, let arming = state.arming, isUnspent(arming), !hasMovedAway(arming, from: mac) {
            observation.moved[arming] = interface.mac
        } else if state.hold == nil {
            moved.arming = nil
            moved.hold = .ambiguous
        } else if let arming = state.arming, isUnspent(arming) {
            observation.moved[arming] = interface.mac
        }
        observation.states[interface.mac] = moved
        observation.events.append(
            Event(
                .moved, host: interface.host.id, mac: interface.mac,
                moved.hold.map { "took the place of \(mac) and is held: \($0.rawValue)" }
                    ?? "took the arming of \(mac) with it",
                commit: step.commit))
    }

    /// Two hosts that exchanged MACs: nobody can say which installation was meant for which machine.
    private mutating func holdExchanged(_ macs: [MACAddress]) {
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

    // On

    private mutating func isCandidate(_ interface: Interface) -> Bool {
        guard var state = old.states[interface.mac], state.isOn else { return true }
        if step.kind == .commit, isRearmed(interface.host, from: state) { return true }
        let before = state
        state.host = interface.host.id
        state.armAnnotation = interface.host.armAnnotation
        if state != before { observation.states[interface.mac] = state }
        return false
    }

    private mutating func turnOn(_ macs: [MACAddress]) {
        let interfaces = macs.compactMap { new[$0] }
        let hosts = Set(interfaces.map(\.host.id))
        let limit = interfaces.map { min($0.settings.armedPerCommit, settingsBefore($0).armedPerCommit) }.min() ?? 0
        var flapping: Set<Host.ID> = []
        for host in hosts where armedToday(host) >= 3 { flapping.insert(host) }
        for interface in interfaces {
            var state = InterfaceState(isOn: true, host: interface.host.id, since: provenance(interface))
            state.armAnnotation = (new.claimant(on: interface.mac) ?? interface.host).armAnnotation
            let previous = old.states[interface.mac]
            if let spent = droppedArming(previous) {
                state.arming = spent
                observation.dropped.append(spent)
                observation.events.append(
                    Event(
                        .dropped, host: state.host, mac: interface.mac, "a force push dropped our disarm commit",
                        commit: step.commit))
            } else {
                if let arming = previous?.arming, isUnspent(arming), previous?.isOn == true,
                    !hasMovedAway(arming, from: interface.mac)
                {
                    observation.disarmed.append(arming)
                }
                if let hold = hold(
                    on: interface, hosts: hosts.count, limit: limit, isFlapping: flapping.contains(interface.host.id))
                {
                    state.hold = hold
                    noteHeld(interface, hold)
                } else {
                    state.arming = arm(interface)
                }
            }
            observation.states[interface.mac] = state
        }
    }

    private func hold(on interface: Interface, hosts: Int, limit: Int, isFlapping: Bool) -> Hold? {
        switch step.kind {
        case .firstSight: return .firstSight
        case .rewrite: return .forcePush
        case .commit: break
        }
        if old.states[interface.mac] == nil, old.isUnseen(interface.mac, in: new) { return .firstSight }
        if ambiguous.contains(interface.mac) { return .ambiguous }
        if step.stale.contains(interface.mac) { return .stale }
        if settingsBefore(interface).netboot == .never, interface.settings.netboot == .allow { return .loosened }
        if hosts > limit { return .overLimit }
        return isFlapping ? .flapping : nil
    }

    /// The policies before the commit, applied to the host as it is now: a commit that loosens a guard is judged by the stricter.
    private func settingsBefore(_ interface: Interface) -> HostPolicy { old.rules.settings(for: interface.host) }

    private func droppedArming(_ state: InterfaceState?) -> Arming.ID? {
        guard case .rewrite(let dropped) = step.kind, let state, state.isOffByUs, let arming = state.arming,
            dropped.contains(arming)
        else { return nil }
        return arming
    }

    private func armedToday(_ host: Host.ID) -> Int {
        let since = observing.now.seconds - 24 * 3600
        return Set(observing.recentArmings(host).filter { $0.seenAt.seconds > since }.map(\.commit)).count
    }

    private mutating func arm(_ interface: Interface) -> Arming.ID? {
        guard let made = observing.makeID() else { return nil }
        let before = settingsBefore(interface)
        let expireAfter = min(before.expireAfter, interface.settings.expireAfter)
        // After a long silence nobody knows how long the flag has been standing there: the commit says it better.
        let isLate = observing.lastGoodPoll.map { observing.now.seconds - $0.seconds > expireAfter } ?? false
        let start = isLate ? min(step.committedAt, observing.now) : observing.now
        let arming = Arming(
            id: made.id, host: interface.host.id, mac: interface.mac, provenance: provenance(interface),
            sequence: made.sequence,
            seenAt: observing.now, deadline: Instant(seconds: start.seconds + expireAfter),
            attempts: before.attempts.stricter(interface.settings.attempts))
        observation.armings.append(arming)
        observation.events.append(
            Event(
                .armed, host: arming.host, mac: arming.mac,
                "armed by \(step.commit.short) (\(step.author)) at \(arming.provenance.location)",
                commit: step.commit))
        return made.id
    }

    private mutating func noteHeld(_ interface: Interface, _ hold: Hold) {
        observation.events.append(
            Event(
                .held, host: interface.host.id, mac: interface.mac, "\(hold.rawValue): \(hold.explanation)",
                commit: step.commit))
    }
}
