/// Changes of the tree, each as a person would make it. They answer nil where there is nothing to change.
extension Sequence {
    func newMAC() -> String {
        let number = macs.count + 1
        let mac = "52:54:00:00:00:" + (number < 16 ? "0" : "") + String(number, radix: 16)
        macs.append(mac)
        return mac
    }

    /// The firmware's UUID of a card: some share one, some show none or one that is not real.
    func uuid(_ mac: String) -> String? {
        guard let number = macs.firstIndex(of: mac) else { return nil }
        if number % 9 == 4 { return nil }
        if number % 7 == 5 { return "00000000-0000-0000-0000-000000000000" }
        let shared = number % 4 == 3 ? number - 1 : number
        return "4c4c4544-0000-4000-8000-0000000000" + (shared < 16 ? "0" : "") + String(shared, radix: 16)
    }

    func newMachine(on: Int) -> Machine {
        hosts += 1
        var machine = Machine(name: "node-\(hosts)", site: random.pick(["a", "b"]) ?? "a", cards: [])
        machine.role = random.pick(["web", "db"]) ?? "web"
        if random.chance(15) { machine.arm = "first" }
        for _ in 0..<(random.chance(20) ? 2 : 1) {
            let mac = newMAC()
            let turnedOn = random.chance(on)
            let chained = random.chance(12)
            machine.cards.append(
                Card(mac: mac, ip: "127.0.1.\(macs.count)", on: turnedOn, workflow: turnedOn, chained: chained))
        }
        if themes.contains(.identity) { label(&machine) }
        return machine
    }

    /// Where a host stands in files that parse.
    func places(_ tree: Tree) -> [(path: String, index: Int, machine: Machine)] {
        tree.sorted { $0.key < $1.key }.flatMap { path, sheet in
            sheet.broken
                ? []
                : sheet.documents.indices.compactMap { index in
                    if case .machine(let machine) = sheet.documents[index] { (path, index, machine) } else { nil }
                }
        }
    }

    private func pickPlace(_ tree: Tree) -> (path: String, index: Int, machine: Machine)? {
        random.pick(places(tree))
    }

    func place(of mac: String, in tree: Tree) -> (path: String, index: Int, machine: Machine)? {
        places(tree).first { $0.machine.cards.contains { $0.mac == mac } }
    }

    func turn(_ mac: String, on: Bool, in tree: inout Tree) -> String? {
        guard let place = place(of: mac, in: tree) else { return nil }
        var machine = place.machine
        for index in machine.cards.indices where machine.cards[index].mac == mac {
            guard machine.cards[index].on != on else { return nil }
            machine.cards[index].on = on
            machine.cards[index].workflow = on
        }
        tree[place.path]?.documents[place.index] = .machine(machine)
        return "\(machine.name) \(mac.suffix(2)) \(on ? "on" : "off")"
    }

    func annotate(_ mac: String, in tree: inout Tree) -> String? {
        guard let place = place(of: mac, in: tree) else { return nil }
        var machine = place.machine
        values += 1
        machine.arm = "again-\(values)"
        tree[place.path]?.documents[place.index] = .machine(machine)
        return "\(machine.name) bootlatch.dev/arm \(values)"
    }

    /// Some change; mostly a toggle.
    func edit(_ tree: inout Tree) -> String? {
        switch random.number(0...99) {
        case 0..<38: toggle(&tree)
        case 38..<43: move(&tree)
        case 43..<47: rename(&tree)
        case 47..<54: delete(&tree)
        case 54..<60: comeBack(&tree)
        case 60..<67: editMAC(&tree)
        case 67..<71: swap(&tree)
        case 71..<73: carry(&tree)
        case 73..<76: duplicate(&tree)
        case 76..<80: undouble(&tree)
        case 80..<86: breakOrRepair(&tree, in: "inventory/")
        case 86..<88: breakOrRepair(&tree, in: "policies/")
        case 88..<91: policy(&tree)
        case 91..<92: loosen(&tree)
        case 92..<95: add(&tree)
        case 95..<97: relabel(&tree)
        default: touch(&tree)
        }
    }

    private func toggle(_ tree: inout Tree) -> String? {
        guard let card = pickPlace(tree)?.machine.cards.randomElement(using: &random) else { return nil }
        return turn(card.mac, on: !card.on, in: &tree)
    }

    private func move(_ tree: inout Tree) -> String? {
        guard let from = pickPlace(tree) else { return nil }
        values += 1
        remove(from, &tree)
        tree["inventory/moved/\(values).yaml"] = Sheet(documents: [.machine(from.machine)])
        return "\(from.machine.name) to another file"
    }

    private func remove(_ place: (path: String, index: Int, machine: Machine), _ tree: inout Tree) {
        tree[place.path]?.documents.remove(at: place.index)
        if tree[place.path]?.documents.isEmpty == true { tree[place.path] = nil }
    }

    private func rename(_ tree: inout Tree) -> String? {
        guard let place = pickPlace(tree) else { return nil }
        hosts += 1
        var machine = place.machine
        machine.name = "node-\(hosts)"
        tree[place.path]?.documents[place.index] = .machine(machine)
        return "\(place.machine.name) renamed to \(machine.name)"
    }

    private func delete(_ tree: inout Tree) -> String? {
        guard let place = pickPlace(tree), places(tree).count > 3 else { return nil }
        graveyard.append((place.path, place.machine))
        remove(place, &tree)
        return "\(place.machine.name) deleted"
    }

    private func comeBack(_ tree: inout Tree) -> String? {
        let known = Set(tree.values.flatMap { $0.machines.flatMap { [$0.name] + $0.cards.map(\.mac) } })
        let absent = graveyard.filter { known.isDisjoint(with: [$0.machine.name] + $0.machine.cards.map(\.mac)) }
        guard let back = random.pick(absent) else { return nil }
        var machine = back.machine
        if random.chance(50) { for index in machine.cards.indices { machine.cards[index].on = true } }
        values += 1
        tree["inventory/back/\(values).yaml"] = Sheet(documents: [.machine(machine)])
        return "\(machine.name) is back, \(machine.cards.map { $0.on ? "on" : "off" }.joined(separator: " "))"
    }

    private func editMAC(_ tree: inout Tree) -> String? {
        guard macs.count < 200, let place = pickPlace(tree) else { return nil }
        var machine = place.machine
        let index = random.number(0...(machine.cards.count - 1))
        let old = machine.cards[index].mac
        machine.cards[index].mac = newMAC()
        tree[place.path]?.documents[place.index] = .machine(machine)
        return "\(machine.name) \(old.suffix(2)) is now \(machine.cards[index].mac.suffix(2))"
    }

    private func swap(_ tree: inout Tree) -> String? {
        let all = places(tree)
        let armed = all.filter { place in place.machine.cards.contains { model.states[$0.mac]?.on == true } }
        guard let one = random.pick(armed.isEmpty ? all : armed), let other = random.pick(all),
            one.machine.id != other.machine.id
        else { return nil }
        var (left, right) = (one.machine, other.machine)
        (left.cards[0].mac, right.cards[0].mac) = (right.cards[0].mac, left.cards[0].mac)
        guard [left, right].allSatisfy({ Set($0.cards.map(\.mac)).count == $0.cards.count }) else { return nil }
        tree[one.path]?.documents[one.index] = .machine(left)
        tree[other.path]?.documents[other.index] = .machine(right)
        return "\(left.name) and \(right.name) swap MACs"
    }

    private func carry(_ tree: inout Tree) -> String? {
        let all = places(tree)
        guard let from = random.pick(all.filter { $0.machine.cards.count > 1 }), let to = random.pick(all),
            from.machine.id != to.machine.id, let card = from.machine.cards.last,
            !to.machine.cards.contains(where: { $0.mac == card.mac })
        else { return nil }
        var (left, right) = (from.machine, to.machine)
        right.cards.append(left.cards.removeLast())
        tree[from.path]?.documents[from.index] = .machine(left)
        tree[to.path]?.documents[to.index] = .machine(right)
        return "\(left.name) gives a card to \(right.name)"
    }

    private func duplicate(_ tree: inout Tree) -> String? {
        guard let from = pickPlace(tree), let to = pickPlace(tree), from.machine.id != to.machine.id,
            !to.machine.cards.contains(where: { $0.mac == from.machine.cards[0].mac })
        else { return nil }
        var machine = to.machine
        machine.cards.append(from.machine.cards[0])
        tree[to.path]?.documents[to.index] = .machine(machine)
        return "\(machine.name) claims \(from.machine.cards[0].mac.suffix(2)) too"
    }

    private func undouble(_ tree: inout Tree) -> String? {
        let all = places(tree)
        for place in all.shuffled(using: &random) {
            guard place.machine.cards.count > 1, let mac = place.machine.cards.last?.mac,
                all.count(where: { $0.machine.cards.contains { $0.mac == mac } }) > 1
            else { continue }
            var machine = place.machine
            machine.cards.removeLast()
            tree[place.path]?.documents[place.index] = .machine(machine)
            return "\(machine.name) gives up \(mac.suffix(2))"
        }
        return nil
    }

    private func breakOrRepair(_ tree: inout Tree, in folder: String) -> String? {
        let paths = tree.keys.filter { $0.hasPrefix(folder) && $0 != "policies/profile.yaml" }.sorted()
        let broken = paths.filter { tree[$0]?.broken == true }
        guard let path = random.pick(broken.isEmpty || random.chance(30) ? paths : broken) else { return nil }
        tree[path]?.broken.toggle()
        return "\(path) \(tree[path]?.broken == true ? "broken" : "repaired")"
    }

    private func policy(_ tree: inout Tree) -> String? {
        let paths = ["policies/all.yaml", "policies/site.yaml", "policies/db.yaml"]
        guard let path = random.pick(paths), tree[path]?.broken != true else { return nil }
        if tree[path] != nil && random.chance(15) {
            tree[path] = nil
            return "\(path) deleted"
        }
        var policy = tree[path]?.policies.first ?? Policy(name: String(path.dropFirst(9).dropLast(5)))
        if path != "policies/all.yaml" { policy.site = "a" } else { policy.profile = random.chance(95) }
        if path == "policies/db.yaml" { policy.role = "db" }
        switch random.number(0...4) {
        case 0, 1: policy.never = policy.never == true ? random.pick([false, nil]) ?? nil : true
        case 2: policy.hours = random.pick([1, 2, 24, 48])
        case 3: (policy.full, policy.early) = (random.number(1...2), random.number(1...4))
        default: policy.armedPerCommit = random.pick([1, 2, 5, 20])
        }
        tree[path] = Sheet(documents: [.policy(policy)])
        return
            "\(path): \(policy.text.split(separator: "\n").dropFirst(5).map { $0.drop { $0 == " " } }.joined(separator: ", "))"
    }

    /// Loosens the policy for all and turns a card on, in one commit.
    private func loosen(_ tree: inout Tree) -> String? {
        guard tree["policies/all.yaml"]?.broken == false else { return nil }
        let off = places(tree).flatMap(\.machine.cards).filter { !$0.on }
        guard let mac = random.pick(off)?.mac, let what = turn(mac, on: true, in: &tree) else { return nil }
        var policy = Policy(name: "all", profile: true)
        (policy.hours, policy.full, policy.early) = (48, 2, 4)
        tree["policies/all.yaml"] = Sheet(documents: [.policy(policy)])
        return "\(what) with a looser policy"
    }

    private func add(_ tree: inout Tree) -> String? {
        guard macs.count < 200 else { return nil }
        let machine = newMachine(on: 60)
        tree["inventory/\(machine.name).yaml"] = Sheet(documents: [.machine(machine)])
        return "\(machine.name) added, \(machine.cards.map { $0.on ? "on" : "off" }.joined(separator: " "))"
    }

    private func relabel(_ tree: inout Tree) -> String? {
        guard let place = pickPlace(tree) else { return nil }
        var machine = place.machine
        machine.site = machine.site == "a" ? "b" : "a"
        tree[place.path]?.documents[place.index] = .machine(machine)
        return "\(machine.name) to site \(machine.site)"
    }

    private func touch(_ tree: inout Tree) -> String? {
        guard let place = pickPlace(tree) else { return nil }
        var machine = place.machine
        values += 1
        machine.note = values
        tree[place.path]?.documents[place.index] = .machine(machine)
        return "\(machine.name) gets a comment"
    }
}
