import Foundation
import Programs

/// The ways in which changes reach the remote branch.
extension Sequence {
    func begin() throws {
        var tree: Tree = ["policies/profile.yaml": Sheet.profile]
        var all = Policy(name: "all", profile: true)
        if random.chance(20) { all.hours = 2 }
        tree["policies/all.yaml"] = Sheet(documents: [.policy(all)], broken: random.chance(3))
        if random.chance(30) {
            tree["policies/site.yaml"] = Sheet(documents: [.policy(Policy(name: "site", site: "a", armedPerCommit: 5))])
        }
        var left = random.number(4...14)
        while left > 0 {
            let count = min(left, random.chance(25) ? random.number(2...3) : 1)
            let machines = (0..<count).map { _ in newMachine(on: 25) }
            tree["inventory/\(machines[0].name).yaml"] = Sheet(
                documents: machines.map { .machine($0) }, broken: random.chance(3))
            left -= count
        }
        try writer.move("main", to: commit([], tree, "Begin"))
    }

    var tip: String {
        get throws {
            guard let tip = try history.tip(branch) else {
                throw mismatch("tip of \(branch)", expected: "a commit", actual: "none")
            }
            return tip
        }
    }

    func commit(_ parents: [String], _ tree: Tree, _ message: String) throws -> String {
        let before = try parents.first.map { try history.tree($0) } ?? [:]
        var changes: [(path: String, content: String?)] = []
        for path in Set(before.keys).union(tree.keys).sorted() where before[path] != tree[path] {
            changes.append((path, tree[path]?.text))
        }
        let id = try writer.commit(message, parents: parents, changes: changes, person: "Ada", time: clock.wall)
        pushed.append(id)
        return id
    }

    func push(_ id: String, _ name: String) throws {
        try writer.move(branch, to: id)
        note("\(name) \(id.prefix(7))")
    }

    /// One to three commits of a few edits each, on `base`.
    func work(on base: String) throws -> String? {
        var id = base
        for _ in 0..<random.number(1...3) {
            var tree = try history.tree(id)
            var done: [String] = []
            for _ in 0..<(random.chance(25) ? 2 : 1) {
                if let what = edit(&tree) { done.append(what) }
            }
            if tree != (try history.tree(id)) {
                id = try commit([id], tree, done.joined(separator: ", "))
                note("\(id.prefix(7)): \(done.joined(separator: ", "))")
            }
        }
        return id == base ? nil : id
    }

    func pushWork() throws { if let id = try work(on: tip) { try push(id, "push") } }

    /// A commit some way back from the tip, along first parents.
    func earlier(_ most: Int) throws -> String {
        var id = try tip
        for _ in 0..<random.number(1...most) { id = try history.commit(id).parents.first ?? id }
        return id
    }

    func pushMerge() throws {
        if random.chance(25), try pushOldBranch() { return }
        let reused = random.chance(35) ? random.pick(sides) : nil
        guard let side = try reused ?? work(on: earlier(5)) else { return }
        if reused == nil { sides.append(side) } else { note("side \(side.prefix(7)) again") }
        let tip = try tip
        switch random.number(0...5) {
        case 0, 1:
            note("merge of side")
            try inClone(at: tip) { git in try git("merge", "-q", "--no-ff", "-m", "Merge side", side) }
        case 2:
            note("merge the wrong way round")
            try inClone(at: side) { git in try git("merge", "-q", "--no-ff", "-m", "Merge main", tip) }
        case 3:
            note("squash merge")
            try inClone(at: tip) { git in
                try git("merge", "-q", "--squash", side)
                try git("commit", "-q", "-m", "Squash side")
            }
        case 4:
            note("rebase of side")
            try inClone(at: side) { git in try git("rebase", "-q", tip) }
        default:
            note("cherry-pick")
            try inClone(at: tip) { git in try git("cherry-pick", side) }
        }
    }

    /// Merges a branch from before our disarm that turns the same card on: nobody can tell whether it is meant anew.
    private func pushOldBranch() throws -> Bool {
        let reached = try history.reach(tip)
        let known = model.lastDisarm.filter { reached.contains($0.value) }.sorted { $0.key < $1.key }
        guard let (mac, disarm) = random.pick(known) else { return false }
        var base: String? = disarm
        var skipsDisarm = random.chance(75)
        while let id = base {
            var tree = try history.tree(id)
            if !skipsDisarm, let what = turn(mac, on: true, in: &tree) {
                let side = try commit([id], tree, what)
                note("branch \(side.prefix(7)) off \(id.prefix(7)) turns \(mac.suffix(2)) on; merge")
                return try inClone(at: tip) { git in try git("merge", "-q", "--no-ff", "-m", "Merge old", side) }
            }
            skipsDisarm = false
            base = try history.commit(id).parents.first
            if id == disarm, let parent = base { base = parent }
        }
        return false
    }

    /// Reverts a commit of the branch: any, or `id`.
    @discardableResult
    func pushRevert(_ id: String? = nil) throws -> Bool {
        let reached = try history.reach(tip)
        let recent = try (pushed.suffix(12) + model.oursInOrder).filter { id in
            guard reached.contains(id) else { return false }
            return try history.commit(id).parents.count == 1
        }
        guard let target = id ?? random.pick(recent) else { return false }
        note("revert of \(target.prefix(7))")
        return try inClone(at: tip) { git in try git("revert", "--no-edit", target) }
    }

    /// Does something in the clone on a detached head, and pushes what came of it. False where git gave up.
    @discardableResult
    func inClone(at id: String, _ body: (Git) throws -> Void) throws -> Bool {
        let clone = directory + "/clone"
        if !cloned {
            try Git(directory: directory)("clone", "-q", "-s", "-n", "repo.git", "clone")
            cloned = true
        }
        let git = Git(directory: clone, person: "Grace", time: clock.wall)
        try git("checkout", "-q", "-f", "--detach", id)
        do {
            try body(git)
        } catch is ProgramFailed {
            note("git gives up")
            _ = try? git("rebase", "--abort")
            try git("reset", "-q", "--hard")
            return false
        }
        let head = try git("rev-parse", "HEAD").filter { $0 != "\n" }
        try git("push", "-q", "--force", "origin", "HEAD:refs/heads/\(branch)")
        pushed.append(head)
        note("pushed \(head.prefix(7))")
        return true
    }

    func pushForce() throws {
        let tip = try tip
        let parent = try history.commit(tip).parents.first
        switch random.number(0...3) {
        case 0:
            guard let parent else { return }
            var tree = try history.tree(tip)
            guard let what = edit(&tree) else { return }
            try push(commit([parent], tree, "Amended: \(what)"), "amend (\(what)), force push")
        case 1:
            try push(earlier(4), "force push back to")
        case 2:
            try push(work(on: earlier(3)) ?? earlier(3), "force push of other work")
        default:
            try dropOurs()
        }
    }

    /// A force push to before our last disarm, as someone does who pushes an old clone.
    func dropOurs() throws {
        let reached = try history.reach(tip)
        guard
            let ours = model.lastDisarm.sorted(by: { $0.key < $1.key }).map(\.value).last(where: {
                reached.contains($0)
            })
        else { return }
        guard var base = try history.commit(ours).parents.first else { return }
        if random.chance(50), let id = try work(on: base) { base = id }
        try push(base, "force push that drops our \(ours.prefix(7)):")
    }

    func pushMassArming() throws {
        let tip = try tip
        var tree = try history.tree(tip)
        var count = 0
        for place in places(tree) {
            for card in place.machine.cards where !card.on && turn(card.mac, on: true, in: &tree) != nil { count += 1 }
        }
        if count > 0 { try push(commit([tip], tree, "Arm all"), "\(count) armed at once") }
    }

    func pushMassDeletion() throws {
        let tip = try tip
        var tree = try history.tree(tip)
        let all = places(tree)
        for place in all where random.chance(70) { graveyard.append((place.path, place.machine)) }
        for path in Set(all.map(\.path)) where all.contains(where: { $0.path == path }) {
            let kept = tree[path]?.documents.filter { document in
                guard case .machine(let machine) = document else { return true }
                return !graveyard.contains { $0.machine.name == machine.name }
            }
            tree[path] = kept.map { $0.isEmpty ? nil : Sheet(documents: $0) } ?? nil
        }
        try push(commit([tip], tree, "Delete most"), "mass deletion leaves \(places(tree).count) of \(all.count)")
    }

    func reach(_ reachable: Bool) throws {
        for link in Sequence.links.map({ "\(directory)/\($0)" }) {
            if reachable {
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "repo.git")
            } else {
                try FileManager.default.removeItem(atPath: link)
            }
        }
        model.reachable = reachable
    }
}
