/// What `reconcile --accept HOST` lifts: the holds of the host's interfaces that are on.
///
/// A held interface without an arming gets one, with the commit that turned it on as its provenance; the deadline runs from now.
/// Holds that come from the state of the world (outdated, a broken policy) are not a person's to accept and stay.
package func acceptance(
    of host: Host, in standing: Standing, now: Instant, limit: (CommitID) -> Int64? = { _ in nil },
    makeID: () -> (id: Arming.ID, sequence: Int64)?
) -> Observation {
    var observation = Observation()
    for spec in host.interfaces {
        guard let interface = standing.inventory[spec.mac], standing.inventory.value(of: spec.mac) == true,
            var state = interface.state, state.isOn
        else { continue }
        let record = state.arming.flatMap { standing.ledger[$0] }
        let expireAfter = interface.settings.expireAfter
        // A hold may have come later than the arming; both commits' words count.
        let limits = [state.since.commit, record?.arming.provenance.commit].compactMap { $0.flatMap(limit) }
        let deadline = Instant(seconds: now.seconds + min(expireAfter, limits.min() ?? expireAfter))
        if record?.ending != nil { continue }
        if let record, state.hold != nil || record.hold != nil, record.arming.mac == spec.mac {
            observation.accepted[record.arming.id] = deadline
        } else if state.hold != nil || record == nil || record?.arming.mac != spec.mac {
            guard let made = makeID() else { continue }
            observation.armings.append(
                Arming(
                    id: made.id, host: host.id, mac: spec.mac, provenance: state.since, sequence: made.sequence,
                    seenAt: now,
                    deadline: deadline, attempts: interface.settings.attempts))
            state.arming = made.id
        } else {
            continue
        }
        observation.events.append(
            Event(
                .accepted, host: host.id, mac: spec.mac,
                "accepted by hand, was held: \((state.hold ?? record?.hold ?? .noRecord).rawValue)"))
        state.hold = nil
        observation.states[spec.mac] = state
    }
    return observation
}
