/// Chooses what happens next.
extension Sequence {
    func act() async throws {
        let choice = random.number(0...99)
        switch choice {
        case 0..<29: try await rearm()
        case 29..<37: try await pushStep("push") { try self.pushWork() }
        case 37..<42: try await pushStep("merge") { try self.pushMerge() }
        case 42..<44: try await pushStep("revert") { try self.pushRevert() }
        case 44..<46: try await pushStep("force push") { try self.pushForce() }
        case 46..<47: try await dropsInARow()
        case 47..<48: try await pushStep("mass arming") { try self.pushMassArming() }
        case 48..<49:
            if random.chance(50) { try await pushStep("mass deletion") { try self.pushMassDeletion() } }
        case 49..<52: try await step("poll") { try await self.poll() }
        case 52..<66: try await bootStep()
        case 66..<72: try await kernelStep()
        case 72..<81: try await reportStep()
        case 81..<82: try await unknownStep()
        case 82..<91: try await step("flush") { try await self.flush() }
        case 91..<92: try await step("sweep") { try await self.sweep() }
        case 92..<98: try await timeStep()
        default: try await rareStep()
        }
    }

    private func pushStep(_ name: String, _ body: () throws -> Void) async throws {
        try await step(name) {
            try body()
            if self.random.chance(60) {
                self.note("poll")
                try await self.poll()
            }
        }
    }

    /// Somebody's automation that pushes its own history again and again.
    private func dropsInARow() async throws {
        guard model.reachable, !model.lastDisarm.isEmpty else { return }
        try await step("drops of our disarm in a row") {
            for _ in 0..<self.random.number(2...4) {
                try self.dropOurs()
                self.clock.pass(seconds: Int64(self.random.number(30...900)))
                try await self.poll()
                try await self.flush()
            }
        }
    }

    private func sweep() async throws {
        try await subject.sweep()
        model.sweep()
    }

    // MACs are sorted by name wherever one is picked: a dictionary's order is not the seed's.
    private func macs(where matches: (String) -> Bool) -> [String] { macs.filter { matches(model.decision($0)) } }

    private func bootStep() async throws {
        let ready = macs { $0 == "netboot" }
        guard let mac = random.pick(ready.isEmpty || random.chance(20) ? macs : ready) else { return }
        try await step("script for \(mac.suffix(2))") {
            for round in 0..<(self.random.chance(25) ? 3 : 1) {
                if round > 0 { self.clock.pass(seconds: Int64(self.random.number(1...70))) }
                try await self.script(mac)
            }
        }
        guard random.chance(40), let handle = handles.last, handle.mac == mac else { return }
        let whole = random.chance(70)
        clock.pass(seconds: Int64(random.number(1...20)))
        try await step("kernel \(whole ? "whole" : "begun")") { try await self.kernel(handle, whole: whole) }
    }

    private func kernelStep() async throws {
        guard let handle = random.pick(random.chance(70) ? handles.suffix(3) : handles[...]) else { return }
        let whole = random.chance(50)
        try await step("kernel for \(handle.mac.suffix(2)) \(whole ? "whole" : "begun")") {
            try await self.kernel(handle, whole: whole)
        }
    }

    private func reportStep() async throws {
        guard let handle = random.pick(random.chance(70) ? handles.suffix(2) : handles[...]) else { return }
        let success = random.chance(65)
        let twice = random.chance(15)
        try await step("\(success ? "success" : "failure") of \(handle.mac.suffix(2))'s boot \(handle.boot ?? -1)") {
            for _ in 0..<(twice ? 2 : 1) { try await self.report(handle, success: success) }
        }
    }

    private func unknownStep() async throws {
        guard let mac = random.pick(macs), let card = model.lab.owner(mac)?.cards.first(where: { $0.mac == mac })
        else { return }
        try await step("report with an unknown token from \(card.ip)") {
            try await self.subject.unknownReport(address: card.ip)
            self.model.unknownReport(address: card.ip)
        }
    }

    private func timeStep() async throws {
        if random.chance(25) {
            let seconds = Int64(random.pick([-90_000, -7_300, -400, -100, 100, 400, 7_300, 90_000]) ?? 0)
            clock.step(wall: seconds)
            return try await step("wall clock steps by \(seconds) s") {}
        }
        let pauses = [130, 300, 700, 2_400, 3_700, 3_700, 7_400, 18_000, 90_000]
        clock.pass(seconds: Int64(random.pick(pauses) ?? 0) + Int64(random.number(0...9)))
        let swept = random.chance(40)
        try await step("time passes\(swept ? ", sweep" : "")") { if swept { try await self.sweep() } }
    }

    private func rareStep() async throws {
        switch random.number(0...9) {
        case 0..<3:
            try await step(model.reachable ? "remote away" : "remote back") { try self.reach(!self.model.reachable) }
        case 3..<7: try await step("restart") { try await self.restart(keepJournal: true) }
        case 7..<8: try await step("restart without the journal") { try await self.restart(keepJournal: false) }
        default:
            guard model.reachable else { return }
            let next = branch == "main" ? "other" : "main"
            if !branches.contains(next) {
                branches.append(next)
                try writer.move(next, to: random.chance(50) ? tip : earlier(3))
            }
            try await step("follows branch \(next)") { try await self.follow(next) }
        }
    }

    /// A person re-arms in a way the rules allow; by them it mostly must work.
    private func rearm() async throws {
        if !model.reachable { try await step("remote back") { try self.reach(true) } }
        let off = macs { $0 == "off" }
        let ended = macs { $0.hasPrefix("spent:") || $0.hasPrefix("held:") }
        // What comes from the state of the world is not a person's to accept.
        let world = ["outdated", "brokenPolicy", "suspended", "frozen", "queued", "wrongSerial", "wrongUUID"]
        let held = macs { $0.hasPrefix("held:") && !world.contains(String($0.dropFirst(5))) }
        let known = model.armings.count
        tally.rearms += 1
        switch random.number(0...9) {
        case 0..<3:
            guard let mac = random.pick(off) else { break }
            try await rearmStep("turn on \(mac.suffix(2))") { try self.pushTurns(mac, [true]) }
        case 3..<5:
            guard let mac = random.pick(ended) else { break }
            try await rearmStep("toggle \(mac.suffix(2))") { try self.pushTurns(mac, [false, true]) }
        case 5..<7:
            let reached = try history.reach(tip)
            let ours = model.oursInOrder.filter { reached.contains($0) }
            guard let disarm = random.pick(ours) else { break }
            try await rearmStep("revert our disarm") { try self.pushRevert(disarm) }
        case 7..<9:
            guard let mac = random.pick(ended) else { break }
            try await rearmStep("annotate \(mac.suffix(2))") {
                let tip = try self.tip
                var tree = try self.history.tree(tip)
                guard let what = self.annotate(mac, in: &tree) else { return }
                try self.push(self.commit([tip], tree, what), what)
            }
        default:
            let hosts = held.compactMap { model.lab.owner($0)?.id } + model.lab.lost.keys.sorted()
            guard let host = random.pick(hosts) else { break }
            try await step("accept \(host)") { try await self.accept(host) }
        }
        if model.armings.count > known { tally.rearmed += 1 }
    }

    private func rearmStep(_ name: String, _ body: () throws -> Void) async throws {
        try await step("re-arm: \(name)") {
            try body()
            try await self.poll()
        }
    }

    private func pushTurns(_ mac: String, _ values: [Bool]) throws {
        var id = try tip
        for on in values {
            var tree = try history.tree(id)
            guard let what = turn(mac, on: on, in: &tree) else { continue }
            id = try commit([id], tree, what)
        }
        try push(id, "push")
    }
}
