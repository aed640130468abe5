extension Model {
    /// What a version's policies say of a card: of its host as that version has it, and of whichever host has the card there.
    func rules(_ mac: String, _ machine: Machine, in lab: Lab) -> [Lab.Rules] {
        [lab.known(machine.id) ?? machine, lab.owner(mac)].compactMap { $0 }.map { lab.rules(for: $0) }
    }

    /// Whether a step's candidates are more hosts than may be armed at once.
    func limit(_ step: Step) -> Bool {
        let cards = step.candidates.compactMap { mac in step.after.explicit(mac).map { (mac, $0.machine) } }
        let limits = cards.flatMap { mac, machine in
            (rules(mac, machine, in: step.before) + [step.after.rules(for: machine)]).map(\.armedPerCommit)
        }
        return Set(cards.map(\.1.id)).count > limits.min() ?? 10
    }

    /// Arms a candidate, or holds it.
    func judge(_ mac: String, _ step: Step, limit: Bool) throws {
        guard let claim = step.after.explicit(mac) else { return }
        states[mac]?.on = true
        states[mac]?.offBy = nil
        states[mac]?.arming = nil
        states[mac]?.turnedOn = step.commit
        states[mac]?.hold = try hold(mac, claim.machine, step, limit: limit)
        if states[mac]?.hold == nil {
            arm(mac, claim.machine, step.commit, after: step.before, lastPoll: step.lastPoll)
        }
    }

    private func hold(_ mac: String, _ machine: Machine, _ step: Step, limit: Bool) throws -> String? {
        if step.kind == .rewrite { return has(.rule4ForcePushArms) ? nil : "forcePush" }
        if step.atFirstSight.contains(mac) && !has(.rule3FirstSightArms) { return "firstSight" }
        if step.ambiguous.contains(mac) { return "ambiguous" }
        let isAgain = armings.prefix(step.armings).contains {
            $0.commit == step.commit && ($0.mac == mac || $0.host == machine.id)
        }
        if isAgain && !has(.rule4SameCommitArmsTwice) { return "forcePush" }
        if try isStale(mac, step), !has(.rule5MergeAlwaysArms) { return "stale" }
        if lacksArmID(mac, machine, step) { return "noArmID" }
        if isLoosened(mac, machine, step) { return "loosened" }
        if limit && !has(.rule19MassArming) { return "overLimit" }
        let now = now
        let recent = armings.filter { $0.host == machine.id && $0.commit != step.commit && now - $0.seen < 86400 }.map(
            \.commit)
        if Set(recent).count >= 3 && !has(.rule5FlappingAllowed) { return "flapping" }
        return nil
    }

    /// What an earlier commit armed too much of is let in by one that raises the limit.
    func release(_ step: Step) {
        guard step.kind == .step else { return }
        let known = armings.count
        var groups: [String: [(mac: String, machine: Machine)]] = [:]
        for (mac, state) in step.states where state.hold == "overLimit" && state.on {
            guard let claim = step.after.explicit(mac), claim.card.on else { continue }
            groups[state.turnedOn, default: []].append((mac, claim.machine))
        }
        var released: [(mac: String, machine: Machine)] = []
        for (commit, group) in groups {
            func limit(_ lab: Lab) -> Int { group.map { lab.rules(for: $0.machine).armedPerCommit }.min() ?? 10 }
            guard limit(step.after) > limit(step.before), Set(group.map(\.machine.id)).count <= limit(step.after) else {
                continue
            }
            released += group.filter { states[$0.mac]?.hold == "overLimit" && states[$0.mac]?.turnedOn == commit }
        }
        for (mac, machine) in released.sorted(by: { step.after.isBefore($0.mac, $1.mac) }) {
            let recent = armings.prefix(known).filter {
                $0.host == machine.id && $0.commit != step.commit && now - $0.seen < 86400
            }
            guard Set(recent.map(\.commit)).count < 3, !isLoosened(mac, machine, step) else { continue }
            arm(
                mac, machine, states[mac]?.turnedOn ?? "", after: step.before, lastPoll: step.lastPoll,
                raisedBy: step.commit)
        }
    }

    private func isStale(_ mac: String, _ step: Step) throws -> Bool {
        guard try history.commit(step.commit).parents.count > 1, let disarm = lastDisarm[mac] else { return false }
        let wanted = step.annotated.contains(mac) ? step.after.explicit(mac)?.machine.arm : nil
        var open = [step.commit]
        var seen: Set<String> = [step.commit]
        while let id = open.popLast() {
            let turnedOn = try history.commit(id).parents.filter { parent in
                let lab = Lab(try history.tree(parent), after: Lab())
                guard let claim = lab.explicit(mac), claim.card.on else { return false }
                return wanted == nil || claim.machine.arm == wanted
            }
            if turnedOn.isEmpty, try !history.descends(id, from: disarm) { return true }
            open += turnedOn.filter { seen.insert($0).inserted }
        }
        return false
    }

    /// Makes an arming, by the stricter of the policies before and after the commit.
    func arm(
        _ mac: String, _ machine: Machine, _ commit: String, after old: Lab, lastPoll: Int64?,
        raisedBy: String? = nil
    ) {
        let now = lab.rules(for: machine)
        let both = has(.rule17LooserPolicyCounts) ? [now] : rules(mac, machine, in: old) + [now]
        func strict(_ field: (Lab.Rules) -> Int) -> Int { both.map(field).min() ?? field(now) }
        let time = self.now
        let hours = strict(\.hours)
        let expireAfter = Int64(hours) * 3600
        var start = time
        if let lastPoll, time - lastPoll > expireAfter, !has(.rule8DeadlineFromSeen) {
            start = min(time, (try? history.commit(raisedBy ?? commit).time) ?? time)
        }
        armings.append(
            Arming(
                mac: mac, host: machine.id, commit: commit, seen: time, deadline: start + expireAfter, hours: hours,
                full: strict(\.full), early: strict(\.early), order: next()))
        states[mac]?.arming = armings.count - 1
        states[mac]?.hold = nil
    }

    /// `reconcile --accept HOST`.
    func accept(_ host: String) throws {
        guard !has(.rule17AcceptIgnored), reachable else { return }
        try pass()
        lab.lost[host] = nil
        lab.lostWhole[host] = nil
        guard let machine = lab.machines[host] else { return }
        for card in machine.cards {
            guard lab.explicit(card.mac)?.card.on == true, let state = states[card.mac], state.on else { continue }
            let time = now
            if let id = state.arming, armings[id].ending == nil, armings[id].mac == card.mac {
                guard state.hold != nil || armings[id].mismatched else { continue }
                states[card.mac]?.hold = nil
                armings[id].mismatched = false
                // Who accepts sees the policies of now.
                armings[id].hours = lab.rules(for: machine).hours
                armings[id].deadline = time + Int64(armings[id].hours) * 3600
            } else if state.arming.map({ armings[$0].ending == nil }) ?? true {
                arm(card.mac, machine, state.turnedOn, after: lab, lastPoll: nil)
            }
        }
    }
}
