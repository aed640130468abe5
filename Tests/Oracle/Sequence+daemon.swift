/// What happens to the daemon: polls, boots, reports, write-back, restarts.
extension Sequence {
    func poll() async throws {
        try await subject.poll()
        try model.pass()
    }

    func script(_ mac: String, shows identity: Identity? = nil) async throws {
        let shown = identity ?? self.identity(mac)
        let address = model.lab.owner(mac)?.cards.first { $0.mac == mac }?.ip ?? "127.0.9.9"
        if let loader = try await subject.loader(mac, address: address) {
            // Whom nobody knows may have the loader: the script behind it asks again.
            let reason = model.decision(mac)
            try expect("loader for \(mac)", ["netboot", "unknown"].contains(reason) ? "served" : reason, loader)
        }
        let answer = try await subject.script(mac, shows: shown, address: address)
        let expected = try model.script(mac, shows: shown, address: address)
        switch (expected, answer) {
        case (.served(let boot, let new), .served(let token, let hookToken)):
            tally.scripts += 1
            note("served boot \(boot)\(new ? "" : " again")")
            if new {
                let old = handles.first { $0.token == token || $0.hookToken == hookToken }
                try expect("boot of \(mac)", "a new boot", old == nil ? "a new boot" : "the one before")
                handles.append(
                    Handle(token: token, hookToken: hookToken, mac: mac, address: address, boot: boot))
            } else {
                let old = handles.first { $0.boot == boot }
                try expect("token of \(mac)'s open boot", old?.token ?? "none", token)
            }
        case (.refused(let reason), .refused(let actual)):
            tally.refusals += 1
            note("refused: \(reason)")
            try expect("refusal of \(mac)", reason, actual)
        case (_, _):
            throw mismatch("script for \(mac)", expected: "\(expected)", actual: "\(answer)")
        }
    }

    func kernel(_ handle: Handle, whole: Bool) async throws {
        let answer = try await subject.bytes(handle.token)
        try expect("kernel for \(handle.mac)", model.bytes(handle.boot), answer)
        guard answer == "netboot", let boot = handle.boot else { return note("no kernel: \(answer)") }
        try await subject.kernel(handle.token, whole: whole)
        model.kernel(boot, whole: whole)
    }

    func report(_ handle: Handle, success: Bool) async throws {
        tally.reports += 1
        if let boot = handle.boot, dies(25) { try await reportAndDie(handle, boot, success: success) }
        try await subject.report(handle.hookToken, success: success, address: handle.address)
        if let boot = handle.boot {
            model.report(boot, success: success)
        } else {
            model.unknownReport(address: handle.address)
        }
    }

    /// Compares the commits that come with the ones owed, byte by byte.
    ///
    /// A subject that is killed meanwhile has pushed all of them or none: they are one push. Which of the two, the remote says; from
    /// the next look on, right after, either is exact again, and what was not pushed is still owed.
    ///
    /// When a rival's push comes between, the commits stand on the rival's tip, and are those that are owed there.
    func flush() async throws {
        guard model.reachable else { return try await subject.flush() }
        if !model.owesCommits { try await poll() } else { try model.pass() }
        var before = try tip
        var planned = model.plan()
        if dies(planned.isEmpty ? 5 : 60) {
            let isDone = try await flushAndDie()
            if !planned.isEmpty { tally.killedFlushes += 1 }
            guard isDone else { return }
            if !planned.isEmpty { tally.killedAfterPush += 1 }
        } else if let rival = try rival(planned) {
            try await subject.flush()
            guard try hasPushed(rival) else {
                throw mismatch("write-back", expected: "a push", actual: "none, and the rival waits")
            }
            tally.rivals += 1
            try model.pass(to: rival)
            (before, planned) = (rival, model.plan())
        } else {
            try await subject.flush()
        }
        try compareCommits(after: before, planned)
    }

    /// The commits since `before` are one for each planned host.
    private func compareCommits(after before: String, _ owed: [String: [String: Int]]) throws {
        var planned = owed
        let after = try tip
        guard try history.descends(after, from: before) else {
            throw mismatch("write-back", expected: "a fast-forward of \(before)", actual: after)
        }
        for id in try history.path(from: before, to: after) {
            let commit = try history.commit(id)
            tally.commits += 1
            guard commit.parents.count == 1, let host = trailer("Bootlatch-Host", commit.message) else {
                throw mismatch("commit \(id)", expected: "one parent and trailers", actual: commit.message)
            }
            guard let macs = planned.removeValue(forKey: host) else {
                throw mismatch("commit \(id)", expected: "no commit for \(host)", actual: commit.message)
            }
            note("disarm \(id.prefix(7)) of \(host)")
            try compareEdit(commit, macs: Set(macs.keys))
            model.landed(id, macs)
            pushed.append(id)
        }
        if after != before { try model.pass() }
        guard planned.isEmpty else {
            throw mismatch(
                "write-back", expected: "a commit for \(planned.keys.sorted().joined(separator: ", "))", actual: "none")
        }
    }

    private func trailer(_ name: String, _ message: String) -> String? {
        message.split(separator: "\n").first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }

    /// A disarm changes the flags of the named cards and no other byte.
    private func compareEdit(_ commit: History.Commit, macs: Set<String>) throws {
        let parent = commit.parents[0]
        let (old, new) = (try history.tree(parent), try history.tree(commit.id))
        for path in Set(old.keys).union(new.keys).sorted() where old[path] != new[path] {
            var lines = (try history.text(path, in: parent) ?? "").split(
                separator: "\n", omittingEmptySubsequences: false)
            var card = ""
            for index in lines.indices {
                let words = lines[index].split(separator: " ")
                if words.first == "mac:" { card = String(words.last ?? "") }
                if macs.contains(card), ["allowPXE:", "allowWorkflow:"].contains(words.first) {
                    lines[index] = lines[index].dropLast(words.last?.count ?? 0) + "false"
                }
            }
            let actual = try history.text(path, in: commit.id) ?? "no file"
            try expect("\(path) after \(commit.id)", lines.joined(separator: "\n"), actual)
        }
        let lab = Lab(new, after: Lab())
        for mac in macs {
            try expect("\(mac) after \(commit.id)", "off", lab.explicit(mac)?.card.on == false ? "off" : "on")
        }
    }

    func accept(_ host: String) async throws {
        try await subject.accept(host)
        try model.accept(host)
    }

    func restart(keepJournal: Bool) async throws {
        try await subject.restart(keepJournal: keepJournal)
        model.restart(keepJournal: keepJournal)
        if !keepJournal { for index in handles.indices { handles[index].boot = nil } }
        try await poll()
    }

    func follow(_ branch: String) async throws {
        self.branch = branch
        try await subject.follow(remote: "\(directory)/\(remote)", branch: branch)
        model.follow(branch)
        try await poll()
    }
}
