import Foundation
import GitServers
import Inventory
import Journal
import Reconcile
import Testing

/// Branches that go, come back, and change their past, while permissions stand.
struct ReconcilerRewriteTests {
    private func lab(arming numbers: ClosedRange<Int> = 1...1) async throws -> Lab {
        let lab = try await Lab(route: .gitDaemon)
        try await lab.arm(numbers)
        return lab
    }

    private func force(_ lab: Lab, to commit: String) throws {
        try lab.git("push", "-q", "--force", "origin", "\(commit):refs/heads/main")
        try lab.git("fetch", "-q", "--prune")
        try lab.git("reset", "-q", "--hard", "origin/main")
    }

    @Test func `while the branch is renamed all stays as it was, and nothing is written`() async throws {
        let lab = try await lab(arming: 1...2)
        try await lab.install(1)
        try lab.remote("branch", "-m", "main", "trunk")
        let report = await lab.reconciler.reconcile()
        #expect(
            report.failure?.contains("has no branch main, only trunk: push it, or change the branch setting") == true)
        let error = await #expect(throws: WriteBackError.self) { try await lab.writeBack.flush() }
        #expect(error?.description.contains("no branch main") == true)
        #expect(try lab.remote("for-each-ref", "--format=%(refname)") == "refs/heads/trunk")
        #expect(lab.state(1) == .localBoot(.spent(.provisioned)))
        #expect(lab.isLetIn(2))
        // Nobody knows for how long.
        lab.advance(seconds: 3600)
        #expect(lab.state(2) == .localBoot(.held(.outdated)))

        try lab.remote("branch", "-m", "trunk", "main")
        #expect(await lab.reconciler.reconcile().commits.isEmpty)
        #expect(lab.isLetIn(2))
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.state(1) == .localBoot(.off))
    }

    @Test func `a branch that is deleted and made again, from another past, arms nobody`() async throws {
        let lab = try await lab(arming: 1...2)
        try await lab.install(1)
        try lab.remote("update-ref", "-d", "refs/heads/main")
        #expect(await lab.reconciler.reconcile().failure?.contains("is empty: push a first commit") == true)
        #expect(lab.isLetIn(2))
        // A history that shares no commit: 1 and 2 are on in it, and a third one.
        try lab.git("checkout", "-q", "--orphan", "anew")
        for (path, text) in Lab.files(1...3, isOn: true) {
            try text.write(to: lab.site.appending(path: "clone/\(path)"), atomically: true, encoding: .utf8)
        }
        try lab.git("add", "-A")
        try lab.git("commit", "-qm", "another past")
        try force(lab, to: "HEAD")
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.state(1) == .localBoot(.spent(.provisioned)))
        #expect(lab.isLetIn(2))
        #expect(lab.state(3) == .localBoot(.held(.forcePush)))
        // What is owed is owed to the new history.
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.state(1) == .localBoot(.off))
        #expect(try lab.remoteLog("%s") == "Disable PXE for n1: provisioned\nanother past\n")
        #expect(try await lab.reconciler.accept(Host.ID(name: "n3")).failure == nil)
        #expect(lab.isLetIn(3))
    }

    @Test func `made again as it was, the branch goes on as if nothing had been`() async throws {
        let lab = try await lab()
        let tip = try lab.remote("rev-parse", "main")
        try lab.remote("update-ref", "-d", "refs/heads/main")
        #expect(await lab.reconciler.reconcile().failure != nil)
        try lab.remote("update-ref", "refs/heads/main", tip)
        let report = await lab.reconciler.reconcile()
        #expect(report.failure == nil && report.changed.isEmpty)
        #expect(lab.isLetIn(1))
    }

    @Test func `pushed back before the arming, the machine is disarmed, and the same commit does not arm it again`()
        async throws
    {
        let lab = try await lab()
        let armed = try lab.remote("rev-parse", "main")
        try force(lab, to: "\(armed)~1")
        _ = await lab.reconciler.reconcile()
        #expect(lab.state(1) == .localBoot(.off))
        try force(lab, to: armed)
        _ = await lab.reconciler.reconcile()
        // From the older commit to this one it is no force push, but what armed once has been used once.
        #expect(lab.state(1) == .localBoot(.held(.forcePush)))
        #expect(try await lab.reconciler.accept(Host.ID(name: "n1")).failure == nil)
        #expect(lab.isLetIn(1))
    }

    @Test func `a commit that armed, was used and comes back does not install the machine again`() async throws {
        let lab = try await Lab()
        try await lab.arm(1...2)
        let armed = try lab.remote("rev-parse", "main")
        try await lab.install(1)
        #expect(try await lab.writeBack.flush() != nil)
        try force(lab, to: "\(armed)~1")
        _ = await lab.reconciler.reconcile()
        let restarted = try await Lab(folder: lab.folder)
        try force(lab, to: armed)
        _ = await restarted.reconciler.reconcile()
        for number in 1...2 { #expect(restarted.state(number) == .localBoot(.held(.forcePush))) }
        // Another commit is another permission, also for a machine whose MAC was edited since.
        try await restarted.arm(1...1)
        #expect(restarted.isLetIn(1))
    }

    @Test func `pushed sideways, what was armed stays armed, and what is newly on is held`() async throws {
        let lab = try await Lab(route: .gitDaemon)
        try await lab.arm(1...1)
        try lab.git("checkout", "-q", "-b", "side", "HEAD~1")
        try Lab.manifest(1, isOn: true, comment: "another commit").write(
            to: lab.site.appending(path: "clone/\(Lab.path(1))"), atomically: true, encoding: .utf8)
        try Lab.manifest(2, isOn: true).write(
            to: lab.site.appending(path: "clone/\(Lab.path(2))"), atomically: true, encoding: .utf8)
        try lab.git("add", "-A")
        try lab.git("commit", "-qm", "sideways")
        try force(lab, to: "HEAD")
        let report = await lab.reconciler.reconcile()
        #expect(report.failure == nil)
        #expect(lab.isLetIn(1))
        #expect(lab.state(2) == .localBoot(.held(.forcePush)))
    }

    @Test func `pushed over our commit, the machine stays refused, and the commit comes again on top`() async throws {
        let lab = try await lab()
        let theirs = try lab.remote("rev-parse", "main")
        try await lab.install(1)
        let ours = try #require(try await lab.writeBack.flush())
        try lab.git("fetch", "-q")
        try lab.git("reset", "-q", "--hard", theirs)
        try lab.git("commit", "-q", "--allow-empty", "-m", "theirs")
        try force(lab, to: "HEAD")
        _ = await lab.reconciler.reconcile()
        #expect(lab.state(1) == .localBoot(.spent(.provisioned)))
        let again = try #require(try await lab.writeBack.flush())
        #expect(again != ours)
        #expect(try lab.remoteLog("%s").hasPrefix("Disable PXE for n1: provisioned\ntheirs\n"))
        #expect(lab.state(1) == .localBoot(.off))
        #expect(try await lab.writeBack.flush() == nil)
    }

    @Test func `an empty repo is waited for, and its first commit is a first sight`() async throws {
        let lab = try await Lab(route: .gitDaemon)
        for _ in 0..<2 {
            let failure = await lab.reconciler.reconcile().failure
            #expect(failure?.contains("is empty: push a first commit to it") == true)
        }
        #expect(try await lab.writeBack.flush() == nil)
        try lab.push([Lab.path(1): Lab.manifest(1, isOn: true), Lab.path(2): Lab.manifest(2, isOn: false)])
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.state(1) == .localBoot(.held(.firstSight)))
        try lab.push([Lab.path(2): Lab.manifest(2, isOn: true)])
        _ = await lab.reconciler.reconcile()
        #expect(lab.isLetIn(2))
    }

    @Test func `a repository that is replaced by an empty one takes no permission away, and gives none`() async throws {
        let lab = try await lab(arming: 1...2)
        let bare = lab.site.appending(path: "remote.git")
        let away = lab.site.appending(path: "away.git")
        try FileManager.default.moveItem(at: bare, to: away)
        try Lab.git(["init", "-q", "--bare", "-b", "main", "remote.git"], in: lab.site)
        #expect(await lab.reconciler.reconcile().failure?.contains("is empty") == true)
        #expect(lab.isLetIn(1))
        try await lab.install(1)
        await #expect(throws: WriteBackError.self) { try await lab.writeBack.flush() }
        #expect(try lab.remote("for-each-ref").isEmpty)
        try FileManager.default.removeItem(at: bare)
        try FileManager.default.moveItem(at: away, to: bare)
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.state(1) == .localBoot(.off) && lab.isLetIn(2))
    }
}
