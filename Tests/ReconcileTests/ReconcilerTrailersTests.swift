import Foundation
import Inventory
import Journal
import Reconcile
import Testing

private let left = nodeAddress(1)
private let right = nodeAddress(2)

/// What commits say in their messages, and what a journal has forgotten of ours.
struct ReconcilerTrailersTests {
    private func seconds(_ lab: Lab, _ mac: String) throws -> Int64 {
        let state = lab.gate.current.inventory.state(of: try #require(MACAddress(mac)))
        let record = try #require(state?.arming.flatMap { lab.gate.current.ledger[$0] }, "\(lab.decision(mac))")
        return record.arming.deadline.seconds - lab.now.wall.seconds
    }

    private func start(_ files: [String: String]) async throws -> Lab {
        let lab = try await Lab()
        try lab.push(files)
        #expect(await lab.reconciler.reconcile().failure == nil)
        return lab
    }

    // How long an arming lives

    @Test(arguments: [("2h", Int64(7200)), ("48h", 86_400), ("soon", 60)])
    func `anybody's commit may shorten what it arms, and not lengthen it`(life: String, expected: Int64) async throws {
        let lab = try await start([nodePath(1): node(1)])
        try lab.push([nodePath(1): node(1, "true")], "Reinstall\n\nBootlatch-For: \(life)")
        _ = await lab.reconciler.reconcile()
        #expect(try seconds(lab, left) == expected)
        // A later commit says nothing of this arming.
        try lab.push([nodePath(1): "# later\n" + node(1, "true")], "x\n\nBootlatch-For: 1m")
        _ = await lab.reconciler.reconcile()
        #expect(try seconds(lab, left) == expected)
    }

    @Test func `a merge keeps to the words of the commits that it brings`() async throws {
        let lab = try await start([nodePath(1): node(1)])
        try lab.git("checkout", "-q", "-b", "topic")
        try node(1, "true").write(
            to: lab.folder.appending(path: "clone/\(nodePath(1))"), atomically: true, encoding: .utf8)
        try lab.git("commit", "-qam", "Reinstall\n\nBootlatch-For: 90m")
        try lab.git("checkout", "-q", "-B", "main", "origin/main")
        try lab.git("merge", "-q", "--no-ff", "-m", "Merge", "topic")
        try lab.git("push", "-q", "origin", "HEAD:main")
        _ = await lab.reconciler.reconcile()
        #expect(try seconds(lab, left) == 5400)
        // Also when it is held for a while, and accepted.
        try await lab.journal.holdMismatched(Host.ID(name: "node-1"), evidence: "webhook", at: lab.now.wall)
        lab.advance(seconds: 600)
        _ = try await lab.reconciler.accept(Host.ID(name: "node-1"))
        #expect(try seconds(lab, left) == 5400)
    }

    @Test func `what is accepted late keeps to the words of its commit`() async throws {
        let lab = try await Lab()
        try lab.push([nodePath(1): node(1, "true")], "On for long\n\nBootlatch-For: 2h")
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(left) == .localBoot(.held(.firstSight)))
        _ = try await lab.reconciler.accept(Host.ID(name: "node-1"))
        #expect(try seconds(lab, left) == 7200)
    }

    @Test func `why gives the reason of the commit`() async throws {
        let lab = try await start([nodePath(1): node(1)])
        try lab.push([nodePath(1): node(1, "true")], "Reinstall\n\nBootlatch-Reason: new disk")
        _ = await lab.reconciler.reconcile()
        let address = try #require(MACAddress(left))
        let since = try #require(lab.gate.current.inventory.state(of: address)?.since.commit)
        #expect(await lab.reconciler.reason(of: since) == "new disk")
    }

    // A journal that was put back to an earlier state

    private func export(_ lab: Lab) throws -> String {
        let file = lab.folder.appending(path: "export").path
        _ = try JournalCopy.export(
            journal: lab.folder.appending(path: "journal.sqlite").path, to: file, version: "test", at: lab.now.wall)
        return file
    }

    /// A reconciler that begins with the exported journal.
    private func restored(_ lab: Lab, _ file: String) async throws -> Lab {
        _ = try JournalCopy.restore(file, to: lab.folder.appending(path: "restored.sqlite").path)
        let restored = try await Lab(folder: lab.folder, journal: "restored.sqlite")
        restored.clock.now = lab.clock.now
        return restored
    }

    private func report(_ lab: Lab, _ mac: String) async throws {
        let sighting = Sighting(mac: try #require(MACAddress(mac)))
        let arming = try #require(lab.gate.current.inventory[sighting.mac]?.arming)
        let boot = try await lab.journal.admit(sighting, arming, at: lab.now)
        _ = try await lab.journal.report(.success, hook: boot.hookToken, evidence: "webhook", at: lab.now.wall)
    }

    private func push(_ lab: Lab, _ files: [String: String]) async throws {
        try lab.push(files)
        #expect(await lab.reconciler.reconcile().failure == nil)
    }

    private func alerts(_ lab: Lab) async throws -> Int {
        try await lab.journal.events().count {
            $0.event.kind == .alert && $0.event.detail.contains("older than the repo")
        }
    }

    private func isLetIn(_ lab: Lab, _ mac: String) -> Bool {
        if case .netboot = lab.decision(mac) { true } else { false }
    }

    /// The first of a lab's two machines is armed when its journal is copied; then it installs, and our commit lands.
    private func installedSinceTheCopy(second: Bool = false) async throws -> (lab: Lab, file: String) {
        let lab = try await start([nodePath(1): node(1), nodePath(2): node(2)])
        try await push(lab, [nodePath(1): node(1, "true")])
        if second { try await push(lab, [nodePath(2): node(2, "true")]) }
        let file = try export(lab)
        try await report(lab, left)
        #expect(try await lab.writeBack.flush() != nil)
        return (lab, file)
    }

    @Test func `our own commits make an older journal say so, and hold whatever else it believes in`() async throws {
        let (lab, file) = try await installedSinceTheCopy(second: true)
        // Its report was lost with the journal, and its commit never came.
        try await report(lab, right)
        let old = try await restored(lab, file)
        #expect(await old.reconciler.reconcile().failure == nil)
        #expect(old.decision(left) == .localBoot(.off))
        #expect(old.decision(right) == .localBoot(.held(.oldState)))
        #expect(try await alerts(old) == 1)
        // It is held after a restart, too, and said once.
        let again = try await Lab(folder: lab.folder, journal: "restored.sqlite")
        again.clock.now = lab.clock.now
        #expect(await again.reconciler.reconcile().failure == nil)
        #expect(again.decision(right) == .localBoot(.held(.oldState)))
        #expect(try await alerts(again) == 1)
        _ = try await again.reconciler.accept(Host.ID(name: "node-2"))
        #expect(isLetIn(again, right))
    }

    @Test func `a boot that ran when the journal was copied goes no further`() async throws {
        let lab = try await start([nodePath(1): node(1), nodePath(2): node(2)])
        try await push(lab, [nodePath(1): node(1, "true"), nodePath(2): node(2, "true")])
        let sighting = Sighting(mac: try #require(MACAddress(right)))
        let arming = try #require(lab.gate.current.inventory[sighting.mac]?.arming)
        let boot = try await lab.journal.admit(sighting, arming, at: lab.now)
        let file = try export(lab)
        try await report(lab, left)
        #expect(try await lab.writeBack.flush() != nil)
        let old = try await restored(lab, file)
        _ = await old.reconciler.reconcile()
        #expect(
            continueBoot(boot.token, .bootable, in: old.gate.current, now: old.now) == .localBoot(.held(.oldState)))
    }

    @Test func `what was armed anew since the copy, and maybe used, is held`() async throws {
        let (lab, file) = try await installedSinceTheCopy()
        try await push(lab, [nodePath(1): node(1, "true")])
        try await report(lab, left)
        let old = try await restored(lab, file)
        #expect(await old.reconciler.reconcile().failure == nil)
        #expect(old.decision(left) == .localBoot(.held(.oldState)))
        // A new toggle is a new wish.
        try await push(old, [nodePath(1): node(1)])
        try await push(old, [nodePath(1): node(1, "true")])
        #expect(isLetIn(old, left))
    }

    @Test func `so is what was armed anew by its annotation`() async throws {
        let (lab, file) = try await installedSinceTheCopy()
        func annotated(_ text: String) -> String {
            node(1, "true").replacing(
                "{name: node-1}", with: "{name: node-1, annotations: {bootlatch.dev/arm: \(text)}}")
        }
        try await push(lab, [nodePath(1): annotated("again")])
        try await push(lab, [nodePath(1): annotated("once-more")])
        try await report(lab, left)
        let old = try await restored(lab, file)
        #expect(await old.reconciler.reconcile().failure == nil)
        #expect(old.decision(left) == .localBoot(.held(.oldState)))
    }

    @Test func `an arming that the journal never knew gives it away, by the journal's own id`() async throws {
        let lab = try await start([nodePath(1): node(1)])
        let file = try export(lab)
        try await push(lab, [nodePath(1): node(1, "true")])
        try await report(lab, left)
        #expect(try await lab.writeBack.flush() != nil)
        try await push(lab, [nodePath(1): node(1, "true")])
        try await report(lab, left)
        let old = try await restored(lab, file)
        #expect(await old.reconciler.reconcile().failure == nil)
        #expect(old.decision(left) == .localBoot(.held(.oldState)))
    }

    @Test func `a force push does not hide it`() async throws {
        let (lab, file) = try await installedSinceTheCopy(second: true)
        // Rebased onto another beginning, messages and all, and on again.
        try lab.git("pull", "-q")
        try lab.git("checkout", "-q", "--orphan", "other", "HEAD~1")
        try lab.git("commit", "-qm", "begin anew")
        try lab.git("cherry-pick", "main")
        try lab.git("push", "-q", "--force", "origin", "HEAD:main")
        let old = try await restored(lab, file)
        #expect(await old.reconciler.reconcile().failure == nil)
        #expect(old.decision(left) == .localBoot(.off))
        #expect(old.decision(right) == .localBoot(.held(.oldState)))
    }

    @Test func `an old branch that is merged after that is still stale`() async throws {
        let lab = try await start([nodePath(1): node(1), nodePath(2): node(2)])
        try lab.git("checkout", "-q", "-b", "old")
        try node(1, "true").write(
            to: lab.folder.appending(path: "clone/\(nodePath(1))"), atomically: true, encoding: .utf8)
        try lab.git("commit", "-qam", "long ago")
        try lab.git("checkout", "-q", "-B", "main", "origin/main")
        try await push(lab, [nodePath(1): node(1, "true")])
        let file = try export(lab)
        try await report(lab, left)
        #expect(try await lab.writeBack.flush() != nil)
        let restored = try await restored(lab, file)
        #expect(await restored.reconciler.reconcile().failure == nil)
        try lab.git("pull", "-q")
        try lab.git("merge", "-q", "--no-ff", "-m", "Merge old", "old")
        try lab.git("push", "-q", "origin", "HEAD:main")
        #expect(await restored.reconciler.reconcile().failure == nil)
        #expect(restored.decision(left) == .localBoot(.held(.stale)))
    }

    @Test func `another daemon's commits and copies of our own give nothing away`() async throws {
        let lab = try await start([nodePath(1): node(1), nodePath(2): node(2)])
        let other = try await Lab(folder: lab.folder, journal: "other.sqlite")
        #expect(await other.reconciler.reconcile().failure == nil)
        try await push(lab, [nodePath(1): node(1, "true"), nodePath(2): node(2, "true")])
        #expect(await other.reconciler.reconcile().failure == nil)
        try await report(other, left)
        #expect(try await other.writeBack.flush() != nil)
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.decision(left) == .localBoot(.off) && isLetIn(lab, right))
        try await report(lab, right)
        #expect(try await lab.writeBack.flush() != nil)
        // Taken back, and back again: the message goes with it.
        try lab.git("pull", "-q")
        try lab.git("revert", "--no-edit", "HEAD")
        try lab.git("cherry-pick", "HEAD~1")
        try lab.git("push", "-q", "origin", "HEAD:main")
        try await push(lab, [nodePath(1): node(1, "true")])
        #expect(isLetIn(lab, left))
        #expect(try await alerts(lab) == 0)
    }
}
