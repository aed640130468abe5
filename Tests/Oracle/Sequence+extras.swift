import Foundation

/// Steps that few sequences do, drawn apart from the others.
extension Sequence {
    func extraStep() async throws {
        switch extras.number(0...11) {
        case 6...: try await cardStep()
        case 0:
            guard model.reachable else { return }
            remote = remote == "remote" ? "another" : "remote"
            try await step("another URL: \(remote)") { try await self.follow(self.branch) }
        case 1: try await acceptedLate()
        default: try await renamedMachine()
        }
    }

    /// A hold of an armed host that a person accepts shortly before the deadline: the arming runs from then.
    private func acceptedLate() async throws {
        guard model.reachable, let mac = extras.pick(macs.filter { model.decision($0) == "netboot" }),
            let host = model.lab.owner(mac),
            let card = host.cards.first(where: { $0.mac == mac }), let id = model.states[mac]?.arming
        else { return }
        try await step("report with an unknown token from \(card.ip)") {
            try await self.subject.unknownReport(address: card.ip)
            self.model.unknownReport(address: card.ip)
        }
        clock.pass(seconds: max(1, model.armings[id].deadline - clock.wall - 300))
        try await step("accept \(host.id)") { try await self.accept(host.id) }
        clock.pass(seconds: 600)
        try await step("poll after the old deadline") { try await self.poll() }
    }

    /// A machine that has another name when its second card is armed: a report of the first is about both.
    private func renamedMachine() async throws {
        guard model.reachable else { return }
        let places = places(try history.tree(tip)).filter { place in
            place.machine.cards.count == 2
                && place.machine.cards.allSatisfy { ["off", "netboot"].contains(model.decision($0.mac)) }
        }
        guard let place = extras.pick(places) else { return }
        let (first, second) = (place.machine.cards[0].mac, place.machine.cards[1].mac)
        try await step("\(place.machine.name): one card on, renamed, the other on, script") {
            var tree = try self.history.tree(self.tip)
            var id = try self.tip
            func change(_ what: String?) throws {
                if let what { id = try self.commit([id], tree, what) }
            }
            try change(self.turn(second, on: false, in: &tree))
            try change(self.turn(first, on: true, in: &tree))
            self.hosts += 1
            var machine = self.place(of: first, in: tree)?.machine ?? place.machine
            machine.name = "node-\(self.hosts)"
            tree[place.path]?.documents[place.index] = .machine(machine)
            try change("Rename to \(machine.name)")
            try change(self.turn(second, on: true, in: &tree))
            try self.push(id, "push")
            try await self.poll()
            try await self.script(first)
        }
        guard let handle = handles.last, handle.mac == first else { return }
        try await step("success of \(first.suffix(2))'s boot") { try await self.report(handle, success: true) }
    }

    /// Lets a commit of somebody else reach the branch between our fetch and our push, mostly one that has nothing to do with
    /// what is owed. Nil where nobody comes between.
    func rival(_ planned: [String: [String: Int]]) throws -> String? {
        guard subject.runsHooks, !planned.isEmpty, extras.chance(20) else { return nil }
        var tree = try history.tree(tip)
        var id: String?
        if extras.chance(30), let mac = planned.values.flatMap(\.keys).sorted().first,
            let what = turn(mac, on: false, in: &tree)
        {
            id = try commit([tip], tree, what)
            note("rival: \(what)")
        } else {
            note("rival")
            id = try work(on: tip)
        }
        guard let id else { return nil }
        // Runs when the objects are there and the branch has not moved. Git allows no ref to move in a hook, unless it doesn't notice.
        let hook = """
            #!/bin/sh
            rm "$0"
            unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
            exec git update-ref refs/heads/\(branch) \(id)

            """
        let manager = FileManager.default
        try manager.createDirectory(atPath: directory + "/repo.git/hooks", withIntermediateDirectories: true)
        guard manager.createFile(atPath: hookPath, contents: Data(hook.utf8), attributes: [.posixPermissions: 0o755])
        else { throw mismatch("hook", expected: "a file", actual: "none") }
        return id
    }

    /// Whether the rival's push came; else it never will.
    func hasPushed(_ rival: String) throws -> Bool {
        guard !FileManager.default.fileExists(atPath: hookPath) else {
            try FileManager.default.removeItem(atPath: hookPath)
            return false
        }
        note("rival \(rival.prefix(7)) came first")
        return true
    }

    private var hookPath: String { directory + "/repo.git/hooks/pre-receive" }
}
