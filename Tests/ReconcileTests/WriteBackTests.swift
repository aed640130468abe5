import Foundation
import Git
import GitServers
import Inventory
import Journal
import Reconcile
import Synchronization
import Testing

/// What is owed to a branch that others write to as well, by real servers.
struct WriteBackTests {
    /// When a rival pushes.
    enum Moment: CaseIterable {
        case beforeTheFlush
        case beforeThePush
        case insideTheServer
        case afterThePush
    }

    @Test(arguments: Moment.allCases, Route.installed.filter { $0 != .path })
    func `a rival's commit stays, ours comes once, and nothing comes after it`(
        moment: Moment, route: Route
    ) async throws {
        let rival = Rival()
        let lab = try await Lab(route: route, reached: { rival.act($0) })
        try await lab.arm(1...2)
        try await lab.install(1)
        let push: @Sendable () throws -> Void = { [unowned lab] in
            try lab.push([Lab.path(2): Lab.manifest(2, isOn: true, comment: "rival")], "rival")
        }
        switch moment {
        case .beforeTheFlush: try push()
        case .beforeThePush: rival.plan(push, at: .committed)
        case .afterThePush: rival.plan(push, at: .pushed)
        case .insideTheServer:
            // After the server has told the old tip to us, and before it moves the branch.
            try lab.git("checkout", "-q", "-b", "rival")
            try "rival".write(to: lab.site.appending(path: "clone/README"), atomically: true, encoding: .utf8)
            try lab.git("add", "-A")
            try lab.git("commit", "-qm", "rival")
            try lab.git("push", "-q", "origin", "rival")
            try lab.git("checkout", "-q", "main")
            try lab.installHook(
                "pre-receive",
                "rm hooks/pre-receive; env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main refs/heads/rival")
        }
        #expect(try await lab.writeBack.flush() != nil)
        try rival.check()
        #expect(try lab.disarms() == ["Disable PXE for n1: provisioned"])
        #expect(try lab.remoteLog("%s").contains("rival"))
        #expect(lab.state(1) == .localBoot(.off) && lab.isLetIn(2))
        #expect(try await lab.journal.owedIntents().isEmpty)
        // Our own commits wake nobody.
        let tip = try lab.remote("rev-parse", "main")
        for _ in 0..<3 {
            #expect(await lab.reconciler.reconcile().changed.isEmpty)
            #expect(try await lab.writeBack.flush() == nil)
        }
        #expect(try lab.remote("rev-parse", "main") == tip)
    }

    /// What a rival does to the very line that we are about to change, between our commit and our push.
    enum Edit: CaseIterable {
        case comment
        case disarm
        case rearm
        case breakFile
        case remove
    }

    @Test(arguments: Edit.allCases)
    func `a rival's edit of the same line is read before ours is made again`(edit: Edit) async throws {
        let rival = Rival()
        let lab = try await Lab(route: .gitDaemon, reached: { rival.act($0) })
        try await lab.arm(1...3)
        try await lab.install(1)
        let on = Lab.manifest(1, isOn: true)
        let text: String? =
            switch edit {
            case .comment: Lab.manifest(1, isOn: true, comment: "ask Ada")
            case .disarm: Lab.manifest(1, isOn: false, comment: "done by hand")
            case .rearm: on.replacing("arm: never", with: "arm: again")
            case .breakFile: on + "  - [\n"
            case .remove: nil
            }
        rival.plan(at: .committed) { [unowned lab] in
            if let text {
                try lab.push([Lab.path(1): text], "rival")
            } else {
                try lab.git("pull", "-q", "--rebase")
                try lab.git("rm", "-q", Lab.path(1))
                try lab.push([:], "rival")
            }
        }
        let tip = try await lab.writeBack.flush()
        try rival.check()
        switch edit {
        case .comment:
            #expect(tip != nil)
            #expect(try lab.remote("show", "main:\(Lab.path(1))").contains("allowPXE: false  # ask Ada"))
        case .disarm, .rearm:
            #expect(tip == nil)
            #expect(try lab.disarms().isEmpty)
            #expect(try await lab.journal.owedIntents().isEmpty)
            if edit == .disarm { #expect(lab.state(1) == .localBoot(.off)) } else { #expect(lab.isLetIn(1)) }
        case .breakFile:
            #expect(tip == nil)
            #expect(try await lab.reasons().first?.contains("\(Lab.path(1))") == true)
            #expect(try await lab.reasons().first?.contains("repair it, the commit follows") == true)
            #expect(!lab.isLetIn(1))
            try lab.push([Lab.path(1): on], "repair")
            #expect(try await lab.writeBack.flush() != nil)
            #expect(lab.state(1) == .localBoot(.off))
        case .remove:
            #expect(tip == nil)
            #expect(try await lab.journal.owedIntents().count == 1)
            try lab.push([Lab.path(1): on], "and back")
            #expect(try await lab.writeBack.flush() != nil)
            #expect(lab.state(1) == .localBoot(.off))
        }
    }

    @Test(arguments: Route.installed.filter { $0 != .path })
    func `a protected branch is told with its words, latched, and asked again slowly`(route: Route) async throws {
        let lab = try await Lab(route: route)
        try await lab.arm(1...1)
        try await lab.install(1)
        // As GitLab says it.
        try lab.installHook(
            "pre-receive",
            "echo asked >> asked; echo 'GitLab: You are not allowed to push code to protected branches.' >&2; exit 1")
        let error = await #expect(throws: WriteBackError.self) { try await lab.writeBack.flush() }
        let reason = try #require(try await lab.reasons().first)
        #expect(reason == error?.description)
        #expect(reason.contains("refuses our commit in branch main: pre-receive hook declined"))
        #expect(reason.contains("You are not allowed to push code to protected branches"))
        #expect(try await lab.journal.owedIntents().map(\.state) == [.blocked])
        #expect(lab.state(1) == .localBoot(.spent(.provisioned)))

        // Polls go on, pushes don't.
        for _ in 0..<5 {
            #expect(await lab.reconciler.reconcile().failure == nil)
            #expect(try await lab.writeBack.flush() == nil)
        }
        func asked() throws -> String {
            try String(contentsOf: lab.site.appending(path: "remote.git/asked"), encoding: .utf8)
        }
        #expect(try asked() == "asked\n")
        await lab.writeBack.hurry()
        await #expect(throws: WriteBackError.self) { try await lab.writeBack.flush() }
        #expect(try asked() == "asked\nasked\n")
        try lab.removeHook("pre-receive")
        await lab.writeBack.hurry()
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.state(1) == .localBoot(.off))
        #expect(try await lab.journal.owedIntents().isEmpty)
    }

    @Test(arguments: Route.installed.filter { $0 != .path })
    func `a key that may only read leaves the commit owed, with the reason`(route: Route) async throws {
        let lab = try await Lab(route: route, mayWrite: false)
        try await lab.arm(1...1)
        try await lab.install(1)
        await #expect(throws: GitError.self) { try await lab.writeBack.flush() }
        #expect(try await lab.writeBack.flush() == nil)
        let reason = try #require(try await lab.reasons().first)
        #expect(reason.hasPrefix("our commit did not reach main: "))
        let words: [Route: String] = [
            .gitDaemon: "access denied", .http: "see what this user or token may do there",
            .nginx: "see what this user or token may do there", .ssh: "marked as read only",
        ]
        #expect(reason.contains(words[route] ?? "?"), "\(reason)")
        #expect(lab.state(1) == .localBoot(.spent(.provisioned)))
        #expect(try lab.disarms().isEmpty)
    }

    @Test func `a lock that a dead push left in the remote is no rival to race with`() async throws {
        let lab = try await Lab(route: .gitDaemon)
        try await lab.arm(1...1)
        try await lab.install(1)
        let lock = lab.site.appending(path: "remote.git/refs/heads/main.lock")
        try Data().write(to: lock)
        let error = await #expect(throws: WriteBackError.self) { try await lab.writeBack.flush() }
        #expect(error?.description.contains("stands still: is there a stale lock") == true, "\(error as Any)")
        #expect(try await lab.reasons() == [error?.description ?? ""])
        try FileManager.default.removeItem(at: lock)
        await lab.writeBack.hurry()
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.state(1) == .localBoot(.off))
    }

    @Test(arguments: Route.installed.filter { $0 != .path })
    func `two daemons write to one branch: nothing is lost, and neither starves`(route: Route) async throws {
        let first = try await Lab(route: route)
        try await first.arm(1...10)
        // What was on at its first sight it would hold.
        try first.push(Lab.files(1...10, isOn: false), "once more")
        let second = try await Lab(site: first.folder, route: route)
        for lab in [first, second] { _ = await lab.reconciler.reconcile() }
        try first.push(Lab.files(1...10, isOn: true), "both see it")
        for lab in [first, second] { _ = await lab.reconciler.reconcile() }
        try await withThrowingTaskGroup { group in
            for (lab, numbers) in [(first, [1, 3, 5, 7, 9]), (second, [2, 4, 6, 8, 10])] {
                group.addTask {
                    for number in numbers {
                        try await lab.install(number)
                        #expect(try await lab.writeBack.flush() != nil)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try first.disarms() == (1...10).map { "Disable PXE for n\($0): provisioned" }.sorted())
        for lab in [first, second] {
            #expect(await lab.reconciler.reconcile().failure == nil)
            #expect((1...10).allSatisfy { lab.state($0) == .localBoot(.off) })
            #expect(try await lab.journal.owedIntents().isEmpty)
            #expect(try await lab.writeBack.flush() == nil)
        }
        #expect(try first.remote("rev-list", "--count", "main") == "14")
        #expect(try first.remote("fsck", "--strict", "--no-dangling").isEmpty)
    }

    @Test func `a deadline that two daemons see pass is one commit`() async throws {
        let first = try await Lab(route: .gitDaemon)
        try first.push(Lab.files(1...5, isOn: false))
        let second = try await Lab(site: first.folder, route: .gitDaemon)
        let labs = [first, second]
        for lab in labs { _ = await lab.reconciler.reconcile() }
        try first.push(Lab.files(1...5, isOn: true))
        for lab in labs {
            _ = await lab.reconciler.reconcile()
            #expect(lab.isLetIn(5))
            lab.advance(seconds: 25 * 3600)
            #expect(try await lab.journal.sweep(at: lab.now).count == 5)
        }
        try await withThrowingTaskGroup { group in
            for lab in labs { group.addTask { _ = try await lab.writeBack.flush() } }
            try await group.waitForAll()
        }
        #expect(try first.disarms() == (1...5).map { "Disable PXE for n\($0): expired" })
        for lab in labs {
            _ = await lab.reconciler.reconcile()
            #expect(try await lab.writeBack.flush() == nil)
            #expect(try await lab.journal.owedIntents().isEmpty)
        }
        #expect(try first.disarms().count == 5)
    }
}

/// Acts once, at a point of a flush.
final class Rival: Sendable {
    private let state = Mutex<(point: WriteBack.Checkpoint, act: @Sendable () throws -> Void)?>(nil)
    private let failure = Mutex<(any Error)?>(nil)

    func plan(_ act: @escaping @Sendable () throws -> Void, at point: WriteBack.Checkpoint) {
        state.withLock { $0 = (point, act) }
    }

    func plan(at point: WriteBack.Checkpoint, _ act: @escaping @Sendable () throws -> Void) { plan(act, at: point) }

    func act(_ point: WriteBack.Checkpoint) {
        let planned = state.withLock { state in
            guard state?.point == point else { return nil as (@Sendable () throws -> Void)? }
            defer { state = nil }
            return state?.act
        }
        do { try planned?() } catch { failure.withLock { $0 = error } }
    }

    /// Throws what went wrong, also when it never acted.
    func check() throws {
        if let error = failure.withLock({ $0 }) { throw error }
        try #require(state.withLock { $0 == nil })
    }
}
