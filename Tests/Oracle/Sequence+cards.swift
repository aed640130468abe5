/// Steps in which a MAC, an annotation or a commit comes where it was not: nobody turned anything on.
extension Sequence {
    func cardStep() async throws {
        switch extras.number(0...6) {
        case 0, 1: try await inheritedCard()
        case 6: try await renamedWithNewCard()
        case 2: try await rotatedCards()
        case 3: try await exchangedWithin()
        case 4: try await annotatedApart()
        default: try await armedAgain()
        }
    }

    private func isOn(_ place: (path: String, index: Int, machine: Machine)) -> Bool { place.machine.cards[0].on }

    /// The first card of a host that is on gets a MAC that another host has off, which goes away before, or in the same commit.
    private func inheritedCard() async throws {
        let all = places(try history.tree(tip))
        guard macs.count < 200, let heir = extras.pick(all.filter(isOn)),
            let giver = extras.pick(
                all.filter { !isOn($0) && $0.machine.id != heir.machine.id && $0.path != heir.path })
        else { return }
        let mac = giver.machine.cards[0].mac
        guard !heir.machine.cards.contains(where: { $0.mac == mac }) else { return }
        tally.guards["MAC of another host taken over", default: 0] += 1
        let isOneCommit = extras.chance(50)
        let (isDeleted, isSeenBetween, isLate) = (extras.chance(50), extras.chance(50), extras.chance(30))
        let isRenamed = extras.chance(40)
        try await step("\(heir.machine.name) takes \(mac.suffix(2)) of \(giver.machine.name)") {
            var tree = try self.history.tree(self.tip)
            if isDeleted && self.places(tree).count > 3 {
                tree[giver.path]?.documents.remove(at: giver.index)
                if tree[giver.path]?.documents.isEmpty == true { tree[giver.path] = nil }
            } else {
                var machine = giver.machine
                machine.cards[0].mac = self.newMAC()
                tree[giver.path]?.documents[giver.index] = .machine(machine)
            }
            if !isOneCommit {
                try self.push(self.commit([self.tip], tree, "\(mac) is free"), "push")
                if isSeenBetween { try await self.poll() }
            }
            if isLate, let what = self.turn(heir.machine.cards[0].mac, on: false, in: &tree) {
                // Nothing is taken over then: it comes on with a commit of its own.
                try self.push(self.commit([self.tip], tree, what), "push")
            }
            guard var machine = self.place(of: heir.machine.cards[0].mac, in: tree)?.machine else { return }
            machine.cards[0].mac = mac
            machine.cards[0].on = true
            if isRenamed {
                self.hosts += 1
                machine.name = "node-\(self.hosts)"
            }
            tree[heir.path]?.documents[heir.index] = .machine(machine)
            try self.push(self.commit([self.tip], tree, "\(machine.name) has \(mac)"), "push")
            try await self.poll()
        }
    }

    /// Another name and another MAC in one commit, below a permission that stays.
    private func renamedWithNewCard() async throws {
        let tip = try tip
        var tree = try history.tree(tip)
        guard macs.count < 200, let place = extras.pick(places(tree).filter(isOn)) else { return }
        var machine = place.machine
        hosts += 1
        machine.name = "node-\(hosts)"
        machine.cards[0].mac = newMAC()
        tree[place.path]?.documents[place.index] = .machine(machine)
        tally.guards["renamed, with another MAC", default: 0] += 1
        try await step("\(place.machine.name) is \(machine.name) with \(machine.cards[0].mac.suffix(2))") {
            try self.push(self.commit([tip], tree, "\(machine.name)"), "push")
            try await self.poll()
        }
    }

    /// Three hosts hand their first MACs on in a ring.
    private func rotatedCards() async throws {
        let tip = try tip
        var tree = try history.tree(tip)
        let all = places(tree).shuffled(using: &extras)
        guard let first = all.first(where: isOn) else { return }
        let ring = [first] + all.filter { $0.machine.id != first.machine.id }.prefix(2)
        let macs = ring.map(\.machine.cards[0].mac)
        guard Set(macs).count == 3, Set(ring.map(\.machine.id)).count == 3,
            Set(ring.flatMap(\.machine.cards).map(\.mac)).count == ring.flatMap(\.machine.cards).count
        else { return }
        for (index, place) in ring.enumerated() {
            var machine = place.machine
            machine.cards[0].mac = macs[(index + 1) % 3]
            tree[place.path]?.documents[place.index] = .machine(machine)
        }
        tally.guards["MACs in a ring", default: 0] += 1
        try await step("\(ring.map(\.machine.name).joined(separator: ", ")) hand on their MACs") {
            try self.push(self.commit([tip], tree, "A ring of MACs"), "push")
            try await self.poll()
        }
    }

    /// Two cards of one host change places below their permissions, or the first one's permission falls to the second.
    private func exchangedWithin() async throws {
        let tip = try tip
        var tree = try history.tree(tip)
        let several = places(tree).filter { $0.machine.cards.count > 1 && $0.machine.cards[0].on }
        guard let place = extras.pick(several) else { return }
        var machine = place.machine
        let macs = machine.cards.map(\.mac)
        machine.cards[0].mac = macs[1]
        if extras.chance(40) {
            hosts += 1
            machine.name = "node-\(hosts)"
        }
        if extras.chance(50) { machine.cards[1].mac = macs[0] } else { machine.cards.remove(at: 1) }
        tree[place.path]?.documents[place.index] = .machine(machine)
        tally.guards["MACs exchanged within a host", default: 0] += 1
        try await step("\(machine.name) has \(machine.cards.map { $0.mac.suffix(2) })") {
            try self.push(self.commit([tip], tree, "Cards of \(machine.name)"), "push")
            try await self.poll()
        }
    }

    /// Two hosts with annotations of their own, one of which gets the other's card.
    private func annotatedApart() async throws {
        let on = places(try history.tree(tip)).filter(isOn).shuffled(using: &extras)
        guard on.count > 1, macs.count < 200, on[0].path != on[1].path else { return }
        let (from, to) = (on[0], on[1])
        let mac = from.machine.cards[0].mac
        guard !to.machine.cards.contains(where: { $0.mac == mac }) else { return }
        tally.guards["card to a host with another annotation", default: 0] += 1
        let (isSeenBetween, isRenamed) = (extras.chance(50), extras.chance(40))
        try await step(
            "\(to.machine.name) gets \(mac.suffix(2)) of \(from.machine.name), whose bootlatch.dev/arm differs"
        ) {
            for isMoved in [false, true] {
                var tree = try self.history.tree(self.tip)
                self.values += 1
                for (place, text) in [(from, "from"), (to, "to")] {
                    guard var machine = self.place(of: place.machine.cards[0].mac, in: tree)?.machine else { return }
                    machine.arm = "\(text)-\(self.steps.count)"
                    if isMoved && text == "to" && isRenamed {
                        self.hosts += 1
                        machine.name = "node-\(self.hosts)"
                    }
                    if isMoved { machine.cards[0].mac = text == "to" ? mac : self.newMAC() }
                    tree[place.path]?.documents[place.index] = .machine(machine)
                }
                try self.push(self.commit([self.tip], tree, isMoved ? "Move a card" : "Annotate two"), "push")
                if isMoved || isSeenBetween { try await self.poll() }
            }
        }
    }

    /// A force push takes out a commit that armed, and somebody's old clone brings it back.
    private func armedAgain() async throws {
        let tip = try tip
        let reached = try history.reach(tip)
        let commits = Set(model.armings.map(\.commit)).filter { reached.contains($0) }.sorted()
        guard let commit = extras.pick(commits), let base = try history.commit(commit).parents.first else { return }
        tally.guards["a commit that armed comes back", default: 0] += 1
        let isSeenBetween = extras.chance(80)
        try await step("\(commit.prefix(7)) out and back") {
            try self.push(base, "force push back to")
            if isSeenBetween { try await self.poll() }
            try self.push(self.extras.chance(50) ? tip : commit, "push of an old clone,")
            try await self.poll()
        }
    }
}
