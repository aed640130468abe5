import HashTreeCollections

/// What an earlier commit turned on, too much at once, and this one's policies let in, in the order of the manifests: of such a commit the
/// least `limits.armedPerCommit` of its hosts has grown, and what is still held of it keeps to that limit. Turning some of them off
/// lets none of the others in.
///
/// Looks at every state, but only in a commit that changes a policy.
package func released(_ step: Step, from old: Inventory, to new: Inventory) -> [MACAddress] {
    guard step.kind == .commit, old.rules != new.rules else { return [] }
    var held: [CommitID: [Interface]] = [:]
    for (mac, state) in old.states where state.hold == .overLimit && state.isOn {
        guard new.value(of: mac) == true, let interface = new[mac] else { continue }
        held[state.since.commit, default: []].append(interface)
    }
    return held.values.filter { group in
        let before = group.map { old.rules.settings(for: $0.host).armedPerCommit }.min() ?? 0
        let after = group.map(\.settings.armedPerCommit).min() ?? 0
        return after > before && Set(group.map(\.host.id)).count <= after
    }
    .joined().sorted { $0.place < $1.place }.map(\.mac)
}

/// What was on before a step and may be let in by it, as far as git alone tells: who is held, and by which commit, only a journal knows.
package func mayRelease(_ step: Step, from old: Inventory, to new: Inventory) -> [MACAddress] {
    guard step.kind == .commit, old.rules != new.rules else { return [] }
    let on = old.states.compactMap { mac, state -> (interface: Interface, limit: Int)? in
        guard state.isOn, state.hold == nil, new.value(of: mac) == true, let interface = new[mac] else { return nil }
        return (interface, old.rules.settings(for: interface.host).armedPerCommit)
    }
    // Of hosts that one commit turned on the least limit counts: others of them may be let in by it.
    let raised = on.filter { $0.interface.settings.armedPerCommit > $0.limit }
    guard let least = raised.map(\.limit).min() else { return [] }
    return on.map(\.interface).filter { $0.settings.armedPerCommit > least }.sorted { $0.place < $1.place }.map(\.mac)
}

extension Interface {
    /// Its permission's place in the repo.
    var place: (String, Int, UInt64) { (spec.netbootLocation.path, spec.netbootLocation.line, mac.bits) }
}

extension Inventory {
    /// What is held of a commit that armed too many keeps to the limit by now. Looks at every state.
    package func isWithinLimit(heldBy commit: CommitID) -> Bool {
        let held = states.compactMap { mac, state in
            state.hold == .overLimit && state.isOn && state.since.commit == commit && value(of: mac) == true
                ? self[mac] : nil
        }
        return Set(held.map(\.host.id)).count <= held.map(\.settings.armedPerCommit).min() ?? 0
    }
}
