import Git
import HashTreeCollections
import Inventory
import Journal

extension Reconciler {
    /// Takes the inventory from the processed tip to this one, every commit on the way in order.
    ///
    /// - Throws: `JournalError`, `GitError`; nothing is published then but denials.
    func walk(to tip: ObjectID, _ report: inout PassReport) async throws {
        let now = now().wall
        report.tip = CommitID("\(tip)")
        var walk = try await Walk(from: self, now: now)
        let unread = isCompared ? nil : try await firstSight(ofUnreadIn: walk)
        if inventory.tip == report.tip, unread == nil {
            isCompared = true
            try await journal.fetched(at: now)
            inventory.lastGoodFetch = now
            let known = await knownSigners(inventory, signers)
            inventory.knownSigners = known
            publishInventory()
            return
        }
        let before = gate.current
        if let unread {
            walk.touched.formUnion(unread.states.keys)
            walk.apply(unread, to: walk.inventory)
        }
        let legs = try await legs(to: tip)
        walk.forgotten = try await forgotten(legs, to: tip)
        if let observation = observation(of: walk.forgotten, walk.ledger) {
            walk.touched.formUnion(walk.ledger.unspent.map(\.arming.mac))
            walk.apply(observation, to: walk.inventory)
        }
        for leg in legs { try await take(leg, &walk, &report) }
        walk.inventory.tip = report.tip
        walk.inventory.lastGoodFetch = now
        walk.inventory.knownSigners = await knownSigners(walk.inventory, walk.signers)
        try await journal.record(pass(walk, tip: walk.inventory.tip ?? CommitID("\(tip)"), at: now), at: now)
        isCompared = true
        restored?.url = settings.url
        restored?.branch = settings.branch
        inventory = walk.inventory
        signers = walk.signers
        publishInventory()
        // A policy speaks of hosts whose files no commit touched.
        let isSameRules = before.inventory.rules == inventory.rules
        let asked = isSameRules ? [] : Set(before.inventory.claims.keys).union(inventory.claims.keys)
        report.changed = changedDecisions(walk.touched.union(asked), before: before)
        report.diagnostics = inventory.diagnostics(of: report.files, touching: walk.touched)
    }

    /// One step of the walk: the tree it starts from, and the commit it leads to.
    struct Leg {
        var kind: Step.Kind
        var from: ObjectID?
        var to: ObjectID
    }

    /// What a walk gathers until it is recorded.
    struct Walk {
        var inventory: Inventory
        var signers: Signers
        var ledger: Ledger
        var now: Instant
        var observations: [Observation] = []
        var landed: [CommitID] = []
        var touched: Set<MACAddress> = []
        /// Armings made on the way, for the rule about flapping.
        var made: [Arming] = []
        /// Commits of ours that the journal knows nothing of.
        var forgotten: [ForgottenCommit] = []

        init(from reconciler: isolated Reconciler, now: Instant) async throws {
            inventory = reconciler.inventory
            signers = reconciler.signers
            ledger = reconciler.gate.current.ledger
            self.now = now
        }
    }

    private func legs(to tip: ObjectID) async throws -> [Leg] {
        guard restored?.url == settings.url, restored?.branch == settings.branch else {
            return [Leg(kind: .firstSight, from: nil, to: tip)]
        }
        guard let old = inventory.tip.flatMap({ ObjectID(hex: $0.hex) }) else {
            // The mirror was lost, the journal was not: whatever is on now and was off may have been rewritten.
            return [Leg(kind: .rewrite(dropped: []), from: nil, to: tip)]
        }
        guard let path = try await repository.path(from: old, to: tip) else {
            let gone = try await repository.commits(reachableFrom: old, notFrom: tip).map { CommitID("\($0)") }
            let dropped = try await journal.ownCommits(among: gone).values.joined().map(\.arming)
            return [Leg(kind: .rewrite(dropped: Set(dropped)), from: old, to: tip)]
        }
        var legs: [Leg] = []
        for (from, to) in zip([old] + path, path) { legs.append(Leg(kind: .commit, from: from, to: to)) }
        return legs
    }

    private func take(_ leg: Leg, _ walk: inout Walk, _ report: inout PassReport) async throws {
        let commit = try await repository.commit(leg.to)
        let id = CommitID("\(leg.to)")
        // A force push back to a commit of ours is somebody else's doing.
        let isOwn = leg.kind == .commit ? try await !journal.ownCommits(among: [id]).isEmpty : false
        var step = Step(
            leg.kind, commit: id, author: commit.author.name, committedAt: Instant(seconds: commit.committer.seconds),
            isOwn: isOwn)
        step.isForgotten = !walk.forgotten.isEmpty
        let changes = try await repository.changes(from: leg.from, to: leg.to, under: settings.paths)
        let delta = try await repository.delta(changes, in: leg.to, after: walk.inventory)
        var (advanced, touched) = walk.inventory.advanced(by: delta, isFirst: leg.kind == .firstSight)
        let turnedOn = candidates(step, from: walk.inventory, to: advanced, touched: touched)
        if commit.parents.count > 1, leg.kind == .commit {
            step.stale = try await stale(turnedOn, merge: commit, in: advanced)
        }
        let letIn = turnedOn.union(released(step, from: walk.inventory, to: advanced))
        if leg.kind == .commit, !isOwn {
            let loosens = advanced.loosensSignatures(of: walk.inventory, step, touched: touched)
            if loosens || advanced.asksForSignature(letIn, from: walk.inventory) {
                step.sign(await signature(of: leg.to, walk.signers))
            }
            if commit.parents.count > 1 {
                let unsigned = step.unsigned(turnedOn.compactMap { advanced[$0] }, from: walk.inventory, to: advanced)
                step.brought = try await brought(by: leg, turningOn: unsigned, walk)
            }
        }
        advanced.keepSignatures(of: walk.inventory, step, touched: touched)
        var observation = observe(
            step, from: walk.inventory, to: advanced, touched: touched,
            try await observing(letIn, in: advanced, leg, walk))
        observation.events += advanced.signatureAlerts(since: walk.inventory, step)
        observation.events += try await follow(leg, &walk.signers)
        try await stopWhatIsDroppedOften(&observation, walk.ledger)
        noteLost(from: walk.inventory, to: advanced, by: id, &observation)
        walk.apply(observation, to: advanced)
        walk.touched.formUnion(touched)
        if step.isOwn { walk.landed.append(id) }
        report.commits.append(id)
        report.files += changes.map(\.path) + advanced.files(naming: delta.templates.keys)
    }

    private func observing(_ candidates: Set<MACAddress>, in inventory: Inventory, _ leg: Leg, _ walk: Walk)
        async throws
        -> Observing
    {
        let since = Instant(seconds: walk.now.seconds - 24 * 3600)
        var recent: [Host.ID: [(commit: CommitID, seenAt: Instant)]] = [:]
        for host in Set(candidates.compactMap { inventory[$0]?.host.id }) {
            recent[host] =
                try await journal.armings(of: host, since: since)
                + walk.made.filter { $0.host == host }.map { ($0.provenance.commit, $0.seenAt) }
        }
        let armed = candidates.isEmpty ? [] : try await journal.armings(by: CommitID("\(leg.to)"))
        let limits = await limits(of: candidates, leg, walk)
        var ids = await journal.makeIDs(candidates.count, at: walk.now)[...]
        return Observing(
            now: walk.now, lastGoodPoll: walk.inventory.lastGoodFetch, ledger: walk.ledger,
            recentArmings: { recent[$0] ?? [] },
            hasArmed: { interface in
                armed.contains { $0.mac == interface.mac || $0.host == interface.host.id }
            },
            makeID: { ids.popFirst() }, limit: { limits[$0] })
    }

    /// A force push that drops our commit is answered by the commit; three in an hour are somebody's automation, and end that.
    private func stopWhatIsDroppedOften(_ observation: inout Observation, _ ledger: Ledger) async throws {
        let since = Instant(seconds: now().wall.seconds - 3600)
        for id in observation.dropped {
            guard let arming = ledger[id]?.arming else { continue }
            let host = observation.states[arming.mac]?.host ?? arming.host
            guard try await journal.drops(of: host, since: since) >= 2 else { continue }
            observation.stopped.insert(id)
            observation.events.append(
                Event(
                    .alert, host: host,
                    "force pushes dropped our disarm commit three times within an hour: nothing more is written, the machine stays refused"
                ))
        }
    }

    private func noteLost(from old: Inventory, to new: Inventory, by commit: CommitID, _ observation: inout Observation)
    {
        for id in new.lost.subtracting(old.lost).sorted() where !new.isRenamed(id) {
            observation.events.append(
                Event(
                    .lost, host: id,
                    "its commit lost more than half of the hosts: lease kept, permission gone until `reconcile --accept \(id)`",
                    commit: commit))
        }
    }

    private func pass(_ walk: Walk, tip: CommitID, at now: Instant) -> Pass {
        var pass = Pass(url: settings.url, branch: settings.branch, tip: tip, fetchedAt: now)
        pass.observations = walk.observations
        pass.landed = walk.landed
        pass.adopted = walk.forgotten.flatMap { commit in commit.disarmed.map { (commit.id, $0.arming, $0.mac) } }
        pass.isReset = restored?.url != settings.url || restored?.branch != settings.branch
        pass.retained = retained(walk.inventory, walk.signers)
        pass.lost = walk.inventory.lostHosts
        pass.signatures = walk.inventory.signaturesToKeep
        return pass
    }

    func changedDecisions(_ macs: Set<MACAddress>, before: Standing) -> [PassReport.Changed] {
        let after = gate.current
        let now = now()
        return macs.sorted().compactMap { mac in
            let was = decideBoot(Sighting(mac: mac), in: before, now: now)
            let now = decideBoot(Sighting(mac: mac), in: after, now: now)
            guard was != now, let host = (after.inventory[mac] ?? before.inventory[mac])?.host.id else { return nil }
            return PassReport.Changed(
                host: host, mac: mac, before: was, after: now, since: after.inventory.state(of: mac)?.since)
        }
    }
}

extension Reconciler.Walk {
    mutating func apply(_ observation: Observation, to advanced: Inventory) {
        inventory = advanced
        for (mac, state) in observation.states { inventory.remember(state, of: mac) }
        ledger.apply(observation, at: now)
        made += observation.armings
        observations.append(observation)
    }
}

extension Inventory {
    /// Broken files with the content in force, nil for those whose content was never known.
    var retained: [String: String?] {
        var retained: [String: String?] = [:]
        for path in brokenPaths {
            guard let file = files[path], file.goodContent != nil || file.isUnseen else { continue }
            retained.updateValue(file.goodContent, forKey: path)
        }
        return retained
    }

    /// With the rules in force, also where they are the policies' own: the mirror may be lost.
    var signaturesToKeep: StandingSignatures {
        var kept = signatures
        kept.rules = signaturesInForce
        return kept
    }

    var lostHosts: [LostHost] {
        lost.compactMap { id in
            self[id].flatMap { entry in
                entry.content.map { LostHost(id: id, path: entry.path, content: $0, macs: lostMACs(of: id)) }
            }
        }
    }
}
