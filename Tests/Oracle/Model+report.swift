extension Model {
    /// A webhook with the token of a boot.
    func report(_ index: Int, success: Bool) {
        let boot = boots[index]
        let newest = boots.lastIndex { $0.arming == boot.arming } == index
        guard success || newest || has(.rule11OldFailureCounts) else { return }
        let ending = success ? "provisioned" : "failed"
        let macs = machine(of: boot)
        // The host as it was called when its script was served.
        let hosts: Set = [boot.host, armings[boot.arming].host]
        // What had run out has been put to use: from the report on it is spent by it, and its boots get no more bytes.
        if ["expired", "exhausted"].contains(armings[boot.arming].ending) {
            armings[boot.arming].ending = ending
            armings[boot.arming].ended = now
        }
        for id in armings.indices where armings[id].order < boot.order || has(.rule11SpendsLaterArmings) {
            let sameHost = hosts.contains(armings[id].host) && !has(.rule11OnlyThisInterface)
            if id == boot.arming || sameHost || macs.contains(armings[id].mac) { end(id, ending) }
        }
    }

    /// The MACs of the machine that a boot ran on, as far as anything shows.
    private func machine(of boot: Boot) -> Set<String> {
        var macs: Set = [boot.mac, armings[boot.arming].mac]
        guard !has(.rule11OnlyThisInterface) else { return macs }
        for machine in macs.compactMap({ lab.isDuplicate($0) ? nil : lab.owner($0) }) {
            macs.formUnion(machine.cards.map(\.mac))
        }
        guard !has(.rule11OtherHostsForgotten), let seen = uuids[boot.mac] else { return macs }
        return macs.union(uuids.filter { $0.value == seen }.keys)
    }

    /// A webhook with a token that nobody gave out.
    func unknownReport(address: String) {
        guard !has(.rule11UnknownTokenIgnored) else { return }
        var hosts: Set<String> = []
        for machine in lab.machines.merging(lab.lost, uniquingKeysWith: { first, _ in first }).values
        where machine.cards.contains(where: { $0.ip == address }) {
            hosts.insert(machine.id)
        }
        func named(_ mac: String, _ arming: Arming) -> Set<String> {
            let claimants = lab.claimants(mac)
            return claimants.isEmpty ? [arming.host] : claimants
        }
        for boot in boots where boot.address == address { hosts.formUnion(named(boot.mac, armings[boot.arming])) }
        for id in armings.indices where armings[id].ending == nil {
            if !hosts.isDisjoint(with: named(armings[id].mac, armings[id])) { armings[id].mismatched = true }
        }
    }

    /// Records what has run out.
    func sweep() {
        let time = now
        guard trusted, !has(.rule8NeverRecorded), !has(.rule8NoDeadline) else { return }
        for id in armings.indices where armings[id].ending == nil && time >= armings[id].deadline {
            end(id, isUsed(id) ? "exhausted" : "expired")
        }
    }

    /// Settles the intents that need no commit; returns the MACs to turn off, by host, with their armings.
    func plan() -> [String: [String: Int]] {
        var planned: [String: [String: Int]] = [:]
        if lab.everythingIsSuspended && !has(.suspendedStillWrites) { return [:] }
        for id in intents.sorted() {
            let mac = armings[id].mac
            let current = states[mac]?.arming == id || has(.rule13DisarmsNewerArming)
            guard states[mac]?.on == true, current else {
                intents.remove(id)
                continue
            }
            // What is absent, broken or claimed twice cannot be edited now: the intent waits.
            guard let claim = lab.explicit(mac) else { continue }
            guard !stopped.contains(id) else { continue }
            planned[claim.machine.id, default: [:]][mac] = id
        }
        return planned
    }

    /// Learns of our own commit in the remote.
    func landed(_ commit: String, _ macs: [String: Int]) {
        if ours.updateValue(macs, forKey: commit) == nil { oursInOrder.append(commit) }
        for (mac, id) in macs {
            lastDisarm[mac] = commit
            intents.remove(id)
        }
    }

    /// A restart with another branch: everything is forgotten that belongs to the one before.
    func follow(_ branch: String) {
        self.branch = branch
        reading = ClockReading()
        guard !has(.rule3BranchKeepsState) else { return }
        states = [:]
        lab = Lab()
        processed = nil
        stopped = []
        drops = [:]
    }
}

extension Model {
    func restart(keepJournal: Bool) {
        reading = ClockReading()
        guard !keepJournal else { return }
        processed = nil
        lab = Lab()
        states = [:]
        armings = []
        boots = []
        uuids = [:]
        lastShown = [:]
        intents = []
        ours = [:]
        oursInOrder = []
        lastDisarm = [:]
        drops = [:]
        stopped = []
        brokenAtFirstSight = []
        lastGoodFetch = nil
    }
}
