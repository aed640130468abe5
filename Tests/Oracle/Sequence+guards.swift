/// Steps about the guards of the policies, drawn apart from the others: half of the sequences are about one or two of them.
extension Sequence {
    enum Theme: String, CaseIterable { case freeze, queue, stop, armID, identity, limits }

    static func themes(_ random: inout SplitMix64) -> [Theme] {
        guard random.chance(55) else { return [] }
        return Array(Theme.allCases.shuffled(using: &random).prefix(random.chance(70) ? 1 : 2))
    }

    func guardStep() async throws {
        if guards.chance(4) { return try await step("restart") { try await self.restart(keepJournal: true) } }
        guard let theme = guards.pick(themes) else { return }
        switch theme {
        case .freeze: try await freezeStep()
        case .queue: try await queueStep()
        case .stop: try await stopStep()
        case .armID: try await armIDStep()
        case .identity: try await identityStep()
        case .limits: try await limitsStep()
        }
    }

    /// One commit with this change and mostly with an arming, too; then mostly a look at it.
    func pushChange(_ name: String, arming: Int, _ change: (inout Tree) throws -> String?) async throws {
        let tip = try tip
        var tree = try history.tree(tip)
        guard var what = try change(&tree) else { return }
        if guards.chance(arming), let armed = armSomething(&tree) {
            what += ", \(armed)"
            tally.guards["\(name) with an arming", default: 0] += 1
        } else {
            tally.guards[name, default: 0] += 1
        }
        let looks = guards.chance(85)
        try await step(what) {
            try self.push(self.commit([tip], tree, what), "push")
            if looks { try await self.poll() }
        }
    }

    /// Turns a card on, or changes the annotation of one that is on.
    func armSomething(_ tree: inout Tree) -> String? {
        if guards.chance(20) { return renameAndArm(&tree) }
        let cards = places(tree).flatMap(\.machine.cards)
        if guards.chance(75), let card = guards.pick(cards.filter { !$0.on }) {
            return turn(card.mac, on: true, in: &tree)
        }
        return guards.pick(cards.filter(\.on)).flatMap { annotate($0.mac, in: &tree) }
    }

    /// Another name and another site for a host, whose first card is turned on: the card was the old one's.
    private func renameAndArm(_ tree: inout Tree) -> String? {
        guard let place = guards.pick(places(tree).filter { !$0.machine.cards[0].on }) else { return nil }
        hosts += 1
        var machine = place.machine
        machine.name = "node-\(hosts)"
        machine.site = machine.site == "a" ? "b" : "a"
        tree[place.path]?.documents[place.index] = .machine(machine)
        let what = turn(machine.cards[0].mac, on: true, in: &tree)
        return what.map { "\(place.machine.name) renamed, to site \(machine.site), \($0)" }
    }

    /// Sets a guard of all hosts in one commit, and lifts it in a second one that arms.
    func liftWithArming(
        _ name: String, set: @escaping (inout Policy) -> Void, lift: @escaping (inout Policy) -> Void
    ) async throws {
        let off = try places(history.tree(tip)).flatMap(\.machine.cards).filter { model.decision($0.mac) == "off" }
        guard let mac = guards.pick(off)?.mac else { return }
        tally.guards["\(name) set, then lifted with an arming", default: 0] += 1
        try await step("\(name) set, then lifted with an arming") {
            for isSet in [true, false] {
                let tip = try self.tip
                var tree = try self.history.tree(tip)
                guard var what = self.changePolicy(&tree, named: "all", isSet ? set : lift) else { continue }
                if !isSet { what += self.turn(mac, on: true, in: &tree).map { ", \($0)" } ?? "" }
                try self.push(self.commit([tip], tree, what), "push")
            }
            try await self.poll()
        }
    }

    /// Changes one of three policies: of all hosts, of site a, of the databases of site a.
    func changePolicy(_ tree: inout Tree, named: String? = nil, _ change: (inout Policy) -> Void) -> String? {
        let name = named ?? guards.pick(["all", "all", "site", "db"]) ?? "all"
        let path = "policies/\(name).yaml"
        guard tree[path]?.broken != true else { return nil }
        var policy = tree[path]?.policies.first ?? Policy(name: name)
        switch name {
        case "all": policy.profile = true
        case "db": (policy.site, policy.role) = ("a", "db")
        default: policy.site = "a"
        }
        change(&policy)
        guard tree[path] != Sheet(documents: [.policy(policy)]) else { return nil }
        tree[path] = Sheet(documents: [.policy(policy)])
        let fields = policy.text.split(separator: "\n").dropFirst(5).map { $0.drop { $0 == " " } }
        return "\(path): \(fields.joined(separator: ", "))"
    }

    /// Mostly yes.
    func demand() -> Bool? { guards.chance(60) ? true : guards.pick([false, nil]) ?? nil }

    // Freezes

    private func freezeStep() async throws {
        switch guards.number(0...9) {
        case 0:
            let window = Window(from: clock.wall - 60, until: clock.wall + 600)
            try await liftWithArming("freeze", set: { $0.freeze = [window] }, lift: { $0.freeze = nil })
        case 1..<4:
            try await pushChange("freeze", arming: 30) { tree in self.changePolicy(&tree) { $0.freeze = self.windows() }
            }
        case 4..<6:
            try await pushChange("freeze lifted", arming: 60) { tree in
                self.changePolicy(&tree) { $0.freeze = self.guards.pick([nil, []]) ?? nil }
            }
        default:
            let ends = try places(history.tree(tip)).flatMap { model.lab.rules(for: $0.machine).freeze }
                .flatMap { [$0.from, $0.until] }.filter { $0 > clock.wall && $0 < clock.wall + 200_000 }
            guard let end = guards.pick(Set(ends).sorted()) else { return }
            try await passTo(end, "a freeze's beginning or end")
        }
    }

    private func windows() -> [Window] {
        let now = clock.wall
        let past = Window(from: now - 7200, until: now - Int64(guards.number(1...3600)))
        let here = Window(
            from: now - Int64(guards.number(0...3600)),
            until: now + Int64(guards.pick([60, 600, 3600, 20_000, 100_000]) ?? 60))
        let next = Window(from: here.until, until: here.until + 600)
        let future = Window(from: now + Int64(guards.number(30...3000)), until: now + 9000)
        return guards.pick([[here], [here], [here, next], [future], [past, future], [past]]) ?? []
    }

    /// Lets time pass to about this moment, and somebody asks for a script.
    private func passTo(_ moment: Int64, _ what: String) async throws {
        let seconds = moment - clock.wall + Int64(guards.number(-1...1))
        guard seconds > 0 else { return }
        clock.pass(seconds: seconds)
        tally.guards["time passes to \(what)", default: 0] += 1
        try await step("time passes to \(what)") { try await self.poll() }
        guard let mac = guards.pick(macs.filter { ["netboot", "held:frozen"].contains(model.decision($0)) }) else {
            return
        }
        try await step("script for \(mac.suffix(2))") { try await self.script(mac) }
    }

    // Armed at once

    private func queueStep() async throws {
        switch guards.number(0...9) {
        case 0..<3:
            try await pushChange("armedAtOnce", arming: 30) { tree in
                self.changePolicy(&tree) { $0.armedAtOnce = self.guards.pick([1, 1, 2, 3, nil]) ?? nil }
            }
        case 3..<7:
            try await pushChange("several turned on", arming: 0) { tree in
                let off = self.places(tree).flatMap(\.machine.cards).filter { !$0.on }.shuffled(using: &self.guards)
                let done = off.prefix(self.guards.number(2...4)).compactMap { self.turn($0.mac, on: true, in: &tree) }
                return done.isEmpty ? nil : done.joined(separator: ", ")
            }
        case 7..<9:
            // The turn is the next one's.
            try await pushChange("armed one turned off", arming: 20) { tree in
                let armed = self.macs.filter { self.model.decision($0) == "netboot" }
                return self.guards.pick(armed).flatMap { self.turn($0, on: false, in: &tree) }
            }
        case 9 where guards.chance(50):
            // The lost ones keep their places.
            tally.guards["hosts lost, restart", default: 0] += 1
            try await step("mass deletion and restart") {
                try self.pushMassDeletion()
                try await self.poll()
                try await self.restart(keepJournal: true)
            }
        default:
            let armed = macs.filter { ["netboot", "held:queued"].contains(model.decision($0)) }
            guard let mac = guards.pick(armed), let card = model.lab.explicit(mac)?.card else { return }
            tally.guards["armed one held", default: 0] += 1
            try await step("report with an unknown token from \(card.ip)") {
                try await self.subject.unknownReport(address: card.ip)
                self.model.unknownReport(address: card.ip)
            }
        }
    }

    // Never, suspend and resume

    private func stopStep() async throws {
        if guards.chance(8) {
            return try await liftWithArming("netboot: never", set: { $0.never = true }, lift: { $0.never = nil })
        }
        let everything = "policies/bootlatch-suspend.yaml"
        let tree = try history.tree(tip)
        if tree[everything] != nil, guards.chance(60) {
            return try await pushChange("everything resumed", arming: 40) { tree in
                tree[everything] = nil
                return "everything resumed"
            }
        }
        let suspended = places(tree).filter { $0.machine.suspend != nil }
        if guards.chance(25) {
            let isSuspended = guards.chance(50)
            let some = isSuspended || suspended.isEmpty ? places(tree) : suspended
            return try await suspendByHand(guards.chance(70) ? guards.pick(some)?.machine.id : nil, isSuspended)
        }
        switch guards.number(0...9) {
        case 0..<2 where tree[everything] == nil:
            try await pushChange("everything suspended", arming: 20) { tree in
                tree[everything] = Sheet(documents: [.policy(Policy(name: "bootlatch-suspend", suspend: "upgrade"))])
                return "everything suspended"
            }
        case 2..<4:
            try await pushChange("policy's suspend", arming: 30) { tree in
                self.changePolicy(&tree) { $0.suspend = $0.suspend == nil && $0.name != "all" ? "site" : nil }
            }
        case 4..<7 where !suspended.isEmpty:
            guard let place = guards.pick(suspended) else { return }
            try await pushChange("host resumed", arming: 0) { tree in
                var machine = place.machine
                machine.suspend = nil
                tree[place.path]?.documents[place.index] = .machine(machine)
                let off = machine.cards.first { !$0.on }?.mac
                let armed = self.guards.chance(50) ? off.flatMap { self.turn($0, on: true, in: &tree) } : nil
                return "\(machine.name) resumed\(armed.map { ", \($0)" } ?? "")"
            }
        default:
            guard let place = guards.pick(places(tree)) else { return }
            try await pushChange("host suspended", arming: 20) { tree in
                var machine = place.machine
                machine.suspend = self.guards.pick(["bad PSU", ""])
                tree[place.path]?.documents[place.index] = .machine(machine)
                return "\(machine.name) suspended"
            }
        }
    }
}
