import Git
import HashTreeCollections
import Inventory

/// Commits taken one after the other without a journal: the inventory as it becomes, and the armings that they make of it.
struct CommitWalk {
    var inventory = Inventory()
    var ledger = Ledger()
    private var made: [Arming] = []
    private var sequence: Int64 = 0

    var standing: Standing { Standing(inventory: inventory, ledger: ledger) }

    /// What a step did.
    struct Taken {
        /// The inventory before it.
        var old: Inventory
        var touched: Set<MACAddress>
        var observation: Observation
    }

    /// Where a step leads, before anybody has asked who signed it.
    struct Next {
        var inventory: Inventory
        var touched: Set<MACAddress>
        /// What the step would arm, were there nothing against it.
        var turnedOn: Set<MACAddress>
    }

    func next(_ step: Step, _ delta: Delta) -> Next {
        let (advanced, touched) = inventory.advanced(by: delta, isFirst: step.kind == .firstSight)
        return Next(
            inventory: advanced, touched: touched,
            turnedOn: candidates(step, from: inventory, to: advanced, touched: touched))
    }

    mutating func makeID() -> (id: Arming.ID, sequence: Int64) {
        sequence += 1
        return (Arming.ID("\(sequence)"), sequence)
    }

    mutating func take(_ step: Step, _ next: Next, at now: Instant) -> Taken {
        let old = inventory
        var advanced = next.inventory
        let touched = next.touched
        advanced.keepSignatures(of: old, step, touched: touched)
        let made = made
        var ids = self
        let observation = observe(
            step, from: old, to: advanced, touched: touched,
            Observing(
                now: now, lastGoodPoll: now, ledger: ledger,
                recentArmings: { host in made.filter { $0.host == host }.map { ($0.provenance.commit, $0.seenAt) } },
                makeID: { ids.makeID() }))
        sequence = ids.sequence
        inventory = advanced
        for (mac, state) in observation.states { inventory.remember(state, of: mac) }
        ledger.apply(observation, at: now)
        self.made += observation.armings
        return Taken(old: old, touched: touched, observation: observation)
    }
}
