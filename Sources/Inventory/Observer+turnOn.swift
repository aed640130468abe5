import HashTreeCollections

extension Observer {
    mutating func isCandidate(_ interface: Interface) -> Bool {
        guard var state = old.states[interface.mac], state.isOn else { return true }
        if step.kind == .commit, isRearmed(interface.host, from: state, between: old, new) { return true }
        let before = state
        state.host = interface.host.id
        state.armAnnotation = interface.host.armAnnotation
        if state != before { observation.states[interface.mac] = state }
        return false
    }

    mutating func turnOn(_ macs: [MACAddress]) {
        let interfaces = macs.compactMap { new[$0] }
        let hosts = Set(interfaces.map(\.host.id))
        let limit = interfaces.flatMap { [$0.settings] + settingsBefore($0) }.map(\.armedPerCommit).min() ?? 0
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
        if step.isForgotten { return .oldState }
        if ambiguous.contains(interface.mac) { return .ambiguous }
        // The same commit twice: a force push took it out in between.
        if observing.hasArmed(interface) { return .forcePush }
        if step.stale.contains(interface.mac) { return .stale }
        if isUnsigned(interface) { return .unsigned }
        // None of our edits turns anything on by itself. Where one did, after all, nobody asked for it.
        if step.isOwn { return .ownCommit }
        if lacksArmID(interface) { return .noArmID }
        if isLoosened(interface) { return .loosened }
        if hosts > limit { return .overLimit }
        return isFlapping ? .flapping : nil
    }

    private func isLoosened(_ interface: Interface) -> Bool {
        let before = settingsBefore(interface)
        if before.contains(where: { interface.settings.isLooser(than: $0, at: observing.now) }) { return true }
        guard interface.stop == nil else { return false }
        let hosts = [old[interface.mac]?.host, old[interface.host.id]?.host]
        return before.contains { $0.suspend != nil } || hosts.contains { $0?.suspend != nil }
    }

    func isUnsigned(_ interface: Interface) -> Bool { missingRule(for: interface) != nil }

    /// A policy wants the annotation to change with the turn-on, and this commit left it as it was.
    private func lacksArmID(_ interface: Interface) -> Bool {
        guard ([interface.settings] + settingsBefore(interface)).contains(where: { $0.require.armID == true }) else {
            return false
        }
        guard let annotation = interface.host.armAnnotation else { return true }
        // A card that joins a host, or comes to it, brings no news of its annotation.
        return annotation == old.states[interface.mac]?.armAnnotation
            || old.formerEntries(of: interface.host, in: new).contains { $0.host.armAnnotation == annotation }
    }

    /// The policies before the commit, applied to the host as it was, and to the one that had the card, should that be another: a
    /// commit that loosens a guard, or takes a host or a card out of it by a label or a new name, is judged by the stricter.
    private func settingsBefore(_ interface: Interface) -> [HostPolicy] {
        let host = old[interface.host.id]?.host ?? interface.host
        let before = old[interface.mac]?.host ?? host
        return (before == host ? [host] : [host, before]).map { old.rules.settings(for: $0) }
    }

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

    /// What a commit armed too many of is let in by a later one that raises the limit; its signature counts, too.
    mutating func turnOnReleased() {
        if step.isForgotten || step.isOwn { return }
        for mac in released(step, from: old, to: new) {
            guard let interface = new[mac], var state = observation.states[mac] ?? old.states[mac],
                state.hold == .overLimit, state.since.commit != step.commit, !isUnsigned(interface),
                !isLoosened(interface), armedToday(interface.host.id) < 3
            else { continue }
            state.host = interface.host.id
            state.armAnnotation = interface.host.armAnnotation
            state.hold = nil
            state.arming = arm(interface, since: state.since)
            observation.states[mac] = state
        }
    }

    private mutating func arm(_ interface: Interface, since: Provenance? = nil) -> Arming.ID? {
        guard let made = observing.makeID() else { return nil }
        let policies = [interface.settings] + settingsBefore(interface)
        let expireAfter = policies.map(\.expireAfter).min() ?? interface.settings.expireAfter
        let provenance = since ?? provenance(interface)
        // After a long silence nobody knows how long the flag has been standing there: the commit says it better.
        let isLate = observing.lastGoodPoll.map { observing.now.seconds - $0.seconds > expireAfter } ?? false
        let start = isLate ? min(step.committedAt, observing.now) : observing.now
        let arming = Arming(
            id: made.id, host: interface.host.id, mac: interface.mac, provenance: provenance,
            sequence: made.sequence,
            seenAt: observing.now,
            deadline: Instant(
                seconds: start.seconds + min(expireAfter, observing.limit(provenance.commit) ?? expireAfter)),
            attempts: policies.map(\.attempts).reduce(interface.settings.attempts) { $0.stricter($1) })
        observation.armings.append(arming)
        observation.events.append(
            Event(
                .armed, host: arming.host, mac: arming.mac,
                since == nil
                    ? "armed by \(step.commit.short) (\(step.author)) at \(arming.provenance.location)"
                    : "armed by \(arming.provenance.commit.short) (\(arming.provenance.author)) at \(arming.provenance.location), "
                        + "after \(step.commit.short) (\(step.author)) raised limits.armedPerCommit",
                commit: step.commit))
        return made.id
    }
}
