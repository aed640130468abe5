import Inventory

/// What a history gathers on its way through the commits, by the rules of `observe`: every arming counts as unspent until its interface
/// is off.
struct HistoryWalk {
    private(set) var commits = CommitWalk()
    private(set) var entries: [History.Entry] = []
    /// Commits' clocks may go back.
    private var now = Instant(seconds: 0)
    /// The interfaces of every host that there ever was, as it last had some.
    private var names: [Host.ID: Set<MACAddress>] = [:]

    /// - Parameter messages: of the commit itself, then of those that a merge brings, newest first.
    mutating func take(_ step: Step, _ next: CommitWalk.Next, _ messages: [Trailers]) {
        now = max(now, step.committedAt)
        let taken = commits.take(step, next, at: now)
        let (old, new, macs, observation) = (taken.old, commits.inventory, taken.touched, taken.observation)
        let limit = messages.compactMap(\.limit).min()
        var found: [History.Entry] = []
        for (mac, state) in observation.states {
            guard var entry = entry(of: mac, from: old.state(of: mac), to: state, observation, limit) else { continue }
            if entry.kind == .armed, let misreading = messages.lazy.compactMap(\.misreading).first {
                entry.detail += " (\(misreading))"
            }
            if entry.kind == .disarmed {
                tellEnding(of: &entry, messages)
            } else {
                entry.reason = messages.first?.reason
            }
            found.append(entry)
        }
        found += gone(macs, from: old, to: new, step) + bound(macs, from: old, to: new, step, messages)
        found += stops(macs, from: old, to: new, step, messages)
        entries += found.sorted {
            ($0.since.location.path, $0.since.location.line) < ($1.since.location.path, $1.since.location.line)
        }

        for (mac, state) in observation.states where !state.isOn {
            if let arming = old.state(of: mac)?.arming { commits.ledger[arming]?.ending = .disarmed }
        }
        for mac in macs {
            guard let host = new[mac]?.host else { continue }
            names[host.id] = Set(host.interfaces.map(\.mac))
        }
    }

    private func entry(
        of mac: MACAddress, from old: InterfaceState?, to new: InterfaceState, _ observation: Observation,
        _ limit: Int64?
    ) -> History.Entry? {
        let wasOn = old?.isOn == true
        func make(_ kind: History.Entry.Kind, _ detail: String) -> History.Entry {
            History.Entry(kind: kind, host: new.host, mac: mac, detail: detail, since: new.since)
        }
        guard new.isOn else { return wasOn ? make(.disarmed, "turned off by hand") : nil }
        if let arming = new.arming, let from = observation.moved.first(where: { $0.key == arming }), from.value == mac {
            return make(.moved, "an edited MAC took its permission with it")
        }
        let how =
            old?.hold == .overLimit && new.hold == nil && wasOn
            ? "let in: limits.armedPerCommit was raised"
            : wasOn ? "bootlatch.dev/arm changed" : "turned on"
        if let hold = new.hold {
            guard !wasOn || old?.hold != hold || old?.since != new.since else { return nil }
            return make(
                .held,
                hold == .firstSight ? "on in the first commit that is read" : "\(how), and held: \(hold.rawValue)")
        }
        guard new.arming != old?.arming || !wasOn else { return nil }
        return make(.armed, how + (limit.map { ", for \(durationText($0)) at most" } ?? ""))
    }

    private func tellEnding(of entry: inout History.Entry, _ messages: [Trailers]) {
        guard let ours = messages.first(where: { $0.disarmed.contains { $0.mac == entry.mac } }) else {
            entry.reason = messages.first?.reason
            return
        }
        entry.ending = ours.reason
        let evidence = ours.all("Evidence")
        entry.evidence = evidence.isEmpty ? nil : evidence.joined(separator: "; ")
        entry.detail =
            "turned off by Bootlatch: \(ours.reason ?? "for an unknown reason")"
            + (evidence.first.map { ", \($0)" } ?? "")
    }

    private func gone(_ macs: Set<MACAddress>, from old: Inventory, to new: Inventory, _ step: Step) -> [History.Entry]
    {
        macs.compactMap { mac in
            guard let interface = old[mac], new[mac] == nil, old.state(of: mac)?.isOn == true else { return nil }
            return History.Entry(
                kind: .removed, host: interface.host.id, mac: mac, detail: "its manifest went while it was on",
                since: step.provenance(at: interface.spec.netbootLocation))
        }
    }

    /// Only a bind names a MAC in its trailers that the host did not have.
    private func bound(
        _ macs: Set<MACAddress>, from old: Inventory, to new: Inventory, _ step: Step, _ messages: [Trailers]
    ) -> [History.Entry] {
        let named = Set(messages.flatMap { $0.all("MAC") }.compactMap { MACAddress($0) })
        return macs.intersection(named).compactMap { mac in
            guard let interface = new[mac], old[mac] == nil, old[interface.host.id] != nil else { return nil }
            return History.Entry(
                kind: .bound, host: interface.host.id, mac: mac, detail: "\(mac) was written into its manifest",
                since: step.provenance(at: interface.spec.netbootLocation))
        }
    }

    private func stops(
        _ macs: Set<MACAddress>, from old: Inventory, to new: Inventory, _ step: Step, _ messages: [Trailers]
    ) -> [History.Entry] {
        func entry(_ before: Stop?, _ after: Stop?, _ host: Host.ID?, _ mac: MACAddress?) -> History.Entry? {
            guard (before == nil) != (after == nil), let place = (after ?? before)?.location else { return nil }
            let reason = after.flatMap { $0.reason.isEmpty ? nil : $0.reason }
            return History.Entry(
                kind: after == nil ? .resumed : .suspended, host: host, mac: mac,
                detail: host == nil ? "everything" : "the host", reason: messages.first?.reason ?? reason,
                since: step.provenance(at: place))
        }
        var found: [History.Entry] = []
        for id in Set(macs.compactMap { (new[$0] ?? old[$0])?.host.id }) {
            let host = new[id]?.host ?? old[id]?.host
            found += [entry(old[id]?.host.suspend, new[id]?.host.suspend, id, host?.interfaces.first?.mac)].compactMap {
                $0
            }
        }
        return found + [entry(old.stop, new.stop, nil, nil)].compactMap { $0 }
    }

    // Names

    func macs(of host: Host.ID) -> Set<MACAddress> { names[host] ?? [] }

    func knows(_ mac: String) -> Bool {
        MACAddress(mac).map { mac in names.values.contains { $0.contains(mac) } } ?? false
    }

    /// A host of now, else one of the past.
    ///
    /// - Throws: `HistoryError` for none, and for several.
    func host(called reference: String) throws -> Host.ID {
        let all = names.keys.filter { $0.description == reference || $0.name == reference }
        let now = all.filter { commits.inventory[$0] != nil }
        let found = (now.isEmpty ? all : now).sorted()
        if found.count == 1 { return found[0] }
        guard !found.isEmpty else {
            throw HistoryError(
                description: "no manifest ever described a host \(reference) here; is it the branch that you mean?")
        }
        throw HistoryError(
            description:
                "\(reference) is one of several hosts: \(found.map(\.description).joined(separator: ", ")); say which")
    }
}
