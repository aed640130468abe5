/// The rest of the steps about guards: what policies require, and the numbers that they set.
extension Sequence {
    func armIDStep() async throws {
        switch guards.number(0...11) {
        case 10: try await liftWithArming("require.armID", set: { $0.armID = true }, lift: { $0.armID = nil })
        case 11: try await newCardStep()
        case 0..<4:
            try await pushChange("require.armID", arming: 50) { tree in
                let demand = self.demand()
                return self.changePolicy(&tree) { $0.armID = demand }
            }
        case 4..<7:
            try await pushChange("mere toggle", arming: 0) { tree in self.turnSomethingOn(&tree) }
        case 7..<9:
            try await pushChange("toggle with bootlatch.dev/arm", arming: 0) { tree in
                guard let what = self.turnSomethingOn(&tree), let mac = self.guards.pick(self.turned(tree)) else {
                    return nil
                }
                return self.annotate(mac, in: &tree).map { "\(what), \($0)" }
            }
        default:
            let held = macs.filter { model.decision($0) == "held:noArmID" }
            guard let host = guards.pick(held).flatMap({ model.lab.owner($0) }) else { return }
            tally.guards["held noArmID accepted", default: 0] += 1
            try await step("accept \(host.id)") { try await self.accept(host.id) }
        }
    }

    /// A card that comes to a host brings no news of its annotation.
    private func newCardStep() async throws {
        guard macs.count < 200, let place = guards.pick(places(try history.tree(tip))) else { return }
        let mac = newMAC()
        let card = Card(mac: mac, ip: "127.0.1.\(macs.count)", on: true, workflow: true)
        tally.guards["new card", default: 0] += 1
        try await step("\(place.machine.name) annotated, then has a new card \(mac.suffix(2)) on") {
            for isNew in [false, true] {
                let tip = try self.tip
                var tree = try self.history.tree(tip)
                var machine = place.machine
                machine.arm = "card"
                if isNew { machine.cards.append(card) }
                tree[place.path]?.documents[place.index] = .machine(machine)
                _ = self.changePolicy(&tree, named: "all") { $0.armID = true }
                try self.push(self.commit([tip], tree, "\(machine.name) gets a card"), "push")
            }
            try await self.poll()
        }
    }

    private func turnSomethingOn(_ tree: inout Tree) -> String? {
        let off = places(tree).flatMap(\.machine.cards).filter { !$0.on }
        return guards.pick(off).flatMap { turn($0.mac, on: true, in: &tree) }
    }

    /// The cards that are on in this tree and off at the tip.
    private func turned(_ tree: Tree) -> [String] {
        let on = places(tree).flatMap(\.machine.cards).filter(\.on).map(\.mac)
        return on.filter { model.states[$0]?.on != true }
    }

    // Serial and UUID

    /// What firmware and a person would show and write of a card's machine: some cards are of one machine.
    func serial(_ mac: String) -> String? {
        guard let number = macs.firstIndex(of: mac), number % 5 != 3 else { return nil }
        let text = "SN-\(number % 4 == 3 ? number - 1 : number)"
        return number % 3 == 1 ? " \(text.lowercased()) " : text
    }

    func identity(_ mac: String) -> Identity { Identity(uuid: uuid(mac), serial: serial(mac)) }

    /// Labels a new machine, or anew: mostly as it is.
    func label(_ machine: inout Machine) {
        guard let mac = machine.cards.first?.mac else { return }
        let own = identity(mac)
        machine.serial =
            guards.chance(70)
            ? own.serial.map { $0.filter { $0 != " " }.uppercased() } : guards.pick([nil, "SN-99"]) ?? nil
        switch guards.number(0...9) {
        case 0..<5: machine.uuid = own.uuid
        case 5..<8: machine.uuid = own.uuid.map(otherOrder)
        case 8: machine.uuid = "4c4c4544-0000-4000-8000-0000000000ff"
        default: machine.uuid = guards.pick([nil, "00000000-0000-0000-0000-000000000000"]) ?? nil
        }
    }

    func identityStep() async throws {
        switch guards.number(0...9) {
        case 0..<3:
            try await pushChange("require.serial or uuid", arming: 40) { tree in
                let (demand, serial) = (self.demand(), self.guards.chance(50))
                return self.changePolicy(&tree) { if serial { $0.serial = demand } else { $0.uuid = demand } }
            }
        case 3 where guards.chance(50):
            try await liftWithArming("require.serial", set: { $0.serial = true }, lift: { $0.serial = nil })
        case 3: try await liftWithArming("require.uuid", set: { $0.uuid = true }, lift: { $0.uuid = false })
        case 4..<6:
            try await pushChange("labels", arming: 20) { tree in
                guard let place = self.guards.pick(self.places(tree)) else { return nil }
                var machine = place.machine
                self.label(&machine)
                guard machine != place.machine else { return nil }
                tree[place.path]?.documents[place.index] = .machine(machine)
                return "\(machine.name) is \(machine.serial ?? "no serial"), \(machine.uuid ?? "no UUID")"
            }
        default:
            let ready = macs.filter { model.decision($0) == "netboot" }
            // Rather one of whom something is required.
            let asked = ready.filter { mac in
                model.lab.owner(mac).map { model.lab.rules(for: $0) }.map { $0.serial || $0.uuid } == true
            }
            guard let mac = guards.pick(asked.isEmpty ? ready : asked), let other = guards.pick(macs) else { return }
            var shown = identity(mac)
            switch guards.number(0...4) {
            case 0: shown.serial = guards.pick([nil, " ", serial(other)]) ?? nil
            case 1: shown.uuid = guards.pick([nil, uuid(other)]) ?? nil
            case 2: shown = guards.pick([identity(other), Identity()]) ?? shown
            default: break
            }
            tally.guards["script with an identity", default: 0] += 1
            try await step("script for \(mac.suffix(2)), a \(shown.serial ?? "-") and \(shown.uuid ?? "-")") {
                try await self.script(mac, shows: shown)
            }
        }
    }

    // Numbers

    func limitsStep() async throws {
        switch guards.number(0...9) {
        case 0..<6:
            try await pushChange("expireAfter, attempts, outdatedAfter", arming: 50) { tree in
                self.changePolicy(&tree) { policy in
                    switch self.guards.number(0...2) {
                    case 0: policy.hours = self.guards.pick([1, 2, 6, 48, 96])
                    case 1: (policy.full, policy.early) = (self.guards.number(1...3), self.guards.number(1...5))
                    default: policy.outdatedAfter = self.guards.pick([300, 1800, 7200, 100_000])
                    }
                }
            }
        case 6..<8:
            let ends = model.armings.filter { $0.ending == nil && $0.deadline > clock.wall }.map(\.deadline)
            guard let end = guards.pick(ends) else { return }
            clock.pass(seconds: max(1, end - clock.wall + Int64(guards.number(-2...1))))
            tally.guards["time passes to a deadline", default: 0] += 1
            let looks = guards.chance(50)
            try await step("time passes to a deadline") { if looks { try await self.poll() } }
        default:
            let limits = try places(history.tree(tip)).map { model.lab.rules(for: $0.machine).outdatedAfter }
            guard let fetched = model.lastGoodFetch, let limit = guards.pick(Set(limits).sorted()) else { return }
            let seconds = fetched + limit - clock.wall + Int64(guards.number(-1...1))
            guard seconds > 0 else { return }
            clock.pass(seconds: seconds)
            tally.guards["time passes to where the repo is outdated", default: 0] += 1
            try await step("time passes without a look") {}
        }
    }
}
