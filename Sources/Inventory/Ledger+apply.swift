import HashTreeCollections

extension Ledger {
    /// Takes over what a step of the walk means for armings. `now` is when the daemon saw it.
    package mutating func apply(_ observation: Observation, at now: Instant) {
        for arming in observation.armings { self[arming.id] = Record(arming) }
        for id in observation.disarmed where self[id]?.ending == nil {
            self[id]?.ending = .disarmed
            self[id]?.endedAt = now
        }
        for (id, mac) in observation.moved { self[id]?.arming.mac = mac }
        for (id, deadline) in observation.accepted {
            self[id]?.arming.deadline = deadline
            self[id]?.hold = nil
        }
    }

    /// Armings that may still let a machine in, oldest first.
    package var unspent: [Record] {
        records.values.filter { $0.ending == nil }.sorted { $0.arming.sequence < $1.arming.sequence }
    }

    /// The unspent armings that a report about this boot is about: those of its host and of every interface that showed the same
    /// UUID, made before its script was served.
    package func armings(reportedBy boot: Boot, macsWithSameUUID macs: Set<MACAddress>) -> [Record] {
        guard let own = self[boot.arming] else { return [] }
        return unspent.filter { record in
            record.arming.sequence < boot.sequence
                && (record.arming.host == own.arming.host || macs.contains(record.arming.mac)
                    || record.arming.id == boot.arming)
        }
    }
}
