extension Model {
    /// One look at the remote, or at what it held a moment ago.
    func pass(to past: String? = nil) throws {
        let now = now
        guard reachable, let tip = try past ?? history.tip(branch) else { return }
        let lastPoll = lastGoodFetch
        lastGoodFetch = now
        guard tip != processed else { return }
        if let old = processed {
            if has(.rule1OnlyTheTip) {
                try take(.step, tip, lastPoll: lastPoll)
            } else if try history.descends(tip, from: old) {
                for commit in try path(from: old, to: tip) { try take(.step, commit, lastPoll: lastPoll) }
            } else {
                try take(.rewrite, tip, lastPoll: lastPoll)
            }
        } else {
            try firstSight(tip)
        }
        processed = tip
    }

    private func path(from old: String, to tip: String) throws -> [String] {
        guard has(.rule1FirstParent) else { return try history.path(from: old, to: tip) }
        var path: [String] = []
        var id: String? = tip
        while let commit = id, commit != old {
            path.append(commit)
            id = try history.commit(commit).parents.first
        }
        return id == nil ? [tip] : path.reversed()
    }

    private func firstSight(_ tip: String) throws {
        lab = Lab(try history.tree(tip), after: Lab())
        for id in armings.indices where armings[id].ending == nil { armings[id].ending = "disarmed" }
        intents = []
        brokenAtFirstSight = Set(lab.files.filter { $0.value.broken }.map(\.key))
        for (mac, claims) in lab.claims.sorted(by: { $0.key < $1.key }) where !claims[0].broken {
            let on = claims.contains { $0.card.on }
            let claim = claims.first { $0.card.on } ?? claims[0]
            states[mac] = State(
                on: on, hold: on ? "firstSight" : nil, annotation: claim.machine.arm, turnedOn: on ? tip : "")
            if on && has(.rule3FirstSightArms) { arm(mac, claim.machine, tip, after: lab, lastPoll: nil) }
        }
    }

    /// Takes one step from the lab in force to `commit`.
    private func take(_ kind: Kind, _ commit: String, lastPoll: Int64?) throws {
        let (before, then) = (lab, states)
        var after = Lab(try history.tree(commit), after: before)
        after.lost = before.lost.filter { after.machines[$0.key] == nil }
        after.lostWhole = before.lostWhole.filter { after.machines[$0.key] == nil }
        let gone = before.machines.filter { after.machines[$0.key] == nil }
        if gone.count * 2 > before.machines.count && !has(.rule18LossIgnored) {
            after.lost.merge(gone) { $1 }
            after.lostWhole.merge(gone) { $1 }
        }
        // A card that stands in a file again is not lost, whatever its host is called.
        for (id, machine) in after.lost { after.lost[id]?.cards = machine.cards.filter { after.claims[$0.mac] == nil } }
        lab = after
        if has(.rule2AbsentForgets) { states = states.filter { after.claims[$0.key] != nil } }
        if has(.rule2HostForgets) {
            states = states.filter {
                before.owner($0.key)?.id == after.owner($0.key)?.id || after.claims[$0.key] == nil
            }
        }
        var step = Step(
            kind: kind, commit: commit, before: before, after: after, states: then, armings: armings.count,
            lastPoll: lastPoll)
        if kind == .step { pair(&step) }
        for mac in after.claims.keys.sorted() {
            guard let claim = after.explicit(mac), !step.moved.contains(mac) else { continue }
            try see(mac, claim, &step)
        }
        let limit = limit(step)
        if !has(.queueIsByMAC) { step.candidates.sort { after.isBefore($0, $1) } }
        for mac in step.candidates { try judge(mac, step, limit: limit) }
        release(step)
        for path in brokenAtFirstSight where after.files[path]?.broken == false { brokenAtFirstSight.remove(path) }
    }

    /// Finds edited and exchanged MACs.
    private func pair(_ step: inout Step) {
        let (before, after) = (step.before, step.after)
        for (id, now) in after.machines.sorted(by: { $0.key < $1.key }) {
            let versions = step.former(id)
            guard let then = versions.first,
                now.cards.contains(where: { after.explicit($0.mac) != nil })
            else {
                continue
            }
            for index in now.cards.indices where versions.count == 1 && then.cards.indices.contains(index) {
                let (old, new) = (then.cards[index].mac, now.cards[index].mac)
                let isFree = step.states[new].map { !$0.on } ?? (before.claims[new] == nil)
                guard old != new, after.claims[old] == nil, isFree,
                    let state = step.states[old], state.on, after.explicit(new)?.card.on == true
                else { continue }
                let spent = state.arming.map { armings[$0].ending != nil || armings[$0].mac != old } ?? false
                if (!spent || has(.rule2SpentMoves)) && !has(.rule2MoveLosesArming) {
                    states[new] = state
                    states[new]?.annotation = now.arm
                    if let arming = state.arming { armings[arming].mac = new }
                    step.moved.insert(new)
                }
            }
            let lost = versions.flatMap(\.cards).contains { card in
                step.states[card.mac]?.on == true && !now.cards.contains { $0.mac == card.mac }
            }
            for (index, card) in now.cards.enumerated() where step.states[card.mac]?.on != true {
                let inherited = versions.contains { version in
                    guard version.cards.indices.contains(index) else { return false }
                    return version.cards[index].on && version.cards[index].mac != card.mac
                }
                let isKnown = step.states[card.mac] != nil
                if isKnown && has(.rule2KnownMACInherits) { continue }
                if lost || (isKnown && inherited) { step.ambiguous.insert(card.mac) }
            }
        }
        guard !has(.rule2SwapAllowed) else { return }
        var carried: [String: [String: Set<String>]] = [:]
        for mac in after.claims.keys {
            let had = before.claimants(mac)
            let has = after.claimants(mac)
            for from in had where !has.contains(from) {
                for to in has where !had.contains(to) { carried[from, default: [:]][to, default: []].insert(mac) }
            }
        }
        for (from, targets) in carried {
            for (to, macs) in targets where isHandedOn(from: to, to: from, carried) { step.ambiguous.formUnion(macs) }
        }
    }

    /// Whether cards went from this host to that one, at once or by way of others.
    private func isHandedOn(from: String, to: String, _ carried: [String: [String: Set<String>]]) -> Bool {
        var reached: Set<String> = [from]
        while true {
            let next = reached.union(reached.flatMap { (carried[$0] ?? [:]).keys })
            if next.count == reached.count || has(.rule2RingAllowed) { return next.contains(to) }
            reached = next
        }
    }

    /// What one MAC's explicit value means; finds the candidates.
    private func see(_ mac: String, _ claim: Lab.Claim, _ step: inout Step) throws {
        let known = states[mac]
        var state = known ?? State(on: false)
        let annotation = state.annotation
        state.annotation = claim.machine.arm
        defer { states[mac] = state }
        guard claim.card.on else {
            if state.on {
                // A force push back to a commit of ours is somebody else's doing.
                let disarm = step.kind == .step && ours[step.commit]?[mac] != nil
                state.offBy = disarm ? step.commit : nil
                if !disarm, let id = state.arming, armings[id].mac == mac { end(id, "disarmed") }
            }
            state.on = false
            state.hold = nil
            return
        }
        guard state.on else {
            if step.kind == .rewrite, try restore(mac, &state, claim, step) { return }
            step.candidates.append(mac)
            if known == nil && brokenAtFirstSight.contains(claim.path) { step.atFirstSight.insert(mac) }
            return
        }
        if step.ambiguous.contains(mac) {
            // The annotation is another host's, and no news. What is spent stays spent.
            if state.arming.map({ armings[$0].ending == nil }) ?? true { state.hold = "ambiguous" }
        } else if step.kind == .step, let arm = claim.machine.arm, arm != annotation, !has(.rule6AnnotationIgnored),
            !step.former(claim.machine.id).contains(where: { $0.arm == arm }) || has(.rule6AnnotationOfTheCardOnly)
        {
            step.candidates.append(mac)
            step.annotated.insert(mac)
            if let id = state.arming, armings[id].mac == mac { end(id, "disarmed") }
        }
    }

    /// Rule 4: a rewrite dropped our disarm. The arming stays spent and the intent is written again.
    private func restore(_ mac: String, _ state: inout State, _ claim: Lab.Claim, _ step: Step) throws -> Bool {
        guard let disarm = state.offBy, let id = ours[disarm]?[mac], let old = processed,
            try history.descends(old, from: disarm), try !history.descends(step.commit, from: disarm),
            !has(.rule4ForcePushArms)
        else { return false }
        state.on = true
        state.hold = nil
        state.arming = id
        state.offBy = nil
        guard !has(.rule4DropForgotten) else { return true }
        intents.insert(id)
        let host = claim.machine.id
        let now = now
        if drops[host]?.last != now { drops[host, default: []].append(now) }
        if (drops[host] ?? []).count(where: { now - $0 < 3600 }) >= 3 && !has(.rule4DropsWithoutEnd) {
            stopped.insert(id)
        }
        return true
    }
}

/// One step of a pass, with what was found out about it on the way.
struct Step {
    let kind: Model.Kind
    let commit: String
    let before: Lab
    let after: Lab
    /// As they were before it.
    let states: [String: Model.State]
    /// Armings before it.
    let armings: Int
    let lastPoll: Int64?
    /// Edited MACs that took the state of the one before.
    var moved: Set<String> = []
    var ambiguous: Set<String> = []
    var candidates: [String] = []
    var annotated: Set<String> = []
    var atFirstSight: Set<String> = []

    /// What a host was before: under its name, or, where nobody had that, as whoever is gone and stood in its file or had a card of its.
    func former(_ id: String) -> [Machine] {
        func versions(_ id: String) -> [Machine]? { before.versions[id] ?? before.lostWhole[id].map { [$0] } }
        if let known = versions(id) { return known }
        let cards = (after.versions[id] ?? []).flatMap(\.cards)
        var gone = Set(cards.compactMap { before.owner($0.mac)?.id })
        for (path, file) in after.files where file.documents.contains(where: { $0.machine?.id == id }) {
            gone.formUnion((before.files[path]?.documents ?? []).compactMap { $0.machine?.id })
        }
        return gone.filter { after.machines[$0] == nil }.sorted().flatMap { versions($0) ?? [] }
    }
}

extension Document {
    fileprivate var machine: Machine? { if case .machine(let machine) = self { machine } else { nil } }
}
