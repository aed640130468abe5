import HashTreeCollections

extension Ledger {
    /// Takes over what a step of the walk means for armings. `now` is when the daemon saw it.
    package mutating func apply(_ observation: Observation, at now: Instant) {
        for arming in observation.armings { self[arming.id] = Record(arming) }
        for id in observation.disarmed where self[id]?.ending == nil {
            self[id]?.ending = .disarmed
            self[id]?.endedAt = now
        }
        for (id, hold) in observation.held where self[id]?.ending == nil { self[id]?.hold = hold }
        for (id, mac) in observation.moved { self[id]?.arming.mac = mac }
        for (id, deadline) in observation.accepted {
            self[id]?.arming.deadline = deadline
            self[id]?.hold = nil
        }
    }

    /// Armings that may still let a machine in, oldest first.
    package var unspent: [Record] { queue.compactMap { self[$0.id] } }

    /// The armings that a report about this boot spends: the unspent ones of its host, as it was called when it was armed and when its
    /// script was served, and of `macs`, the interfaces of the same machine under whatever name, made before its script was served; and its own, also when that had run out.
    package func armings(reportedBy boot: Boot, sameMachine macs: Set<MACAddress>) -> [Record] {
        guard let own = self[boot.arming] else { return [] }
        let hasRunOut = own.ending == .expired || own.ending == .exhausted
        return (hasRunOut ? [own] : [])
            + unspent.filter { record in
                record.arming.sequence < boot.sequence
                    && (record.arming.host == own.arming.host || record.arming.host == boot.host
                        || macs.contains(record.arming.mac)
                        || record.arming.id == boot.arming)
            }
    }
}
