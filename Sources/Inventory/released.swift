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

extension Interface {
    /// Its permission's place in the repo.
    var place: (String, Int, UInt64) { (spec.netbootLocation.path, spec.netbootLocation.line, mac.bits) }
}
