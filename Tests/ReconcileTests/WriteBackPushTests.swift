import Foundation
import GitServers
import Inventory
import Journal
import Reconcile
import Testing

/// How pushes are counted; what they do is in WriteBackTests.
struct WriteBackPushTests {
    @Test func `each push counts by its result`() async throws {
        let lab = try await Lab(route: .gitDaemon)
        try await lab.arm(1...3)
        #expect(lab.writeBack.pushes.all == [.accepted: 0, .raced: 0, .rejected: 0, .failed: 0])
        try await lab.install(1)
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.writeBack.pushes.all[.accepted] == 1)

        try await lab.install(2)
        try lab.installHook("pre-receive", "exit 1")
        await #expect(throws: WriteBackError.self) { try await lab.writeBack.flush() }
        #expect(lab.writeBack.pushes.all[.rejected] == 1)

        try lab.removeHook("pre-receive")

        // Another push comes in while the server thinks about ours.
        try lab.git("pull", "-q", "--rebase", "origin", "main")
        try lab.git("checkout", "-q", "-b", "rival")
        try lab.git("commit", "-q", "--allow-empty", "-m", "rival")
        try lab.git("push", "-q", "origin", "rival")
        try lab.installHook(
            "pre-receive",
            "rm hooks/pre-receive; env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main refs/heads/rival")
        await lab.writeBack.hurry()
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.writeBack.pushes.all == [.accepted: 2, .raced: 1, .rejected: 1, .failed: 0])
    }

    @Test(arguments: [Route.gitDaemon, .http].filter(\.isInstalled))
    func `a push that the remote does not take up has failed`(route: Route) async throws {
        let lab = try await Lab(route: route, mayWrite: false)
        try await lab.arm(1...1)
        try await lab.install(1)
        await #expect(throws: (any Error).self) { try await lab.writeBack.flush() }
        #expect(lab.writeBack.pushes.all == [.accepted: 0, .raced: 0, .rejected: 0, .failed: 1])
    }

    @Test func `a commit by hand counts, too`() async throws {
        let lab = try await Lab(route: .gitDaemon)
        try lab.push(Lab.files(1...1, isOn: false))
        _ = await lab.reconciler.reconcile()
        let mac = try #require(MACAddress(Lab.mac(1)))
        _ = try await lab.writeBack.arm(mac, by: Person(name: "Ada", email: "ada@lab"), reason: nil)
        #expect(lab.writeBack.pushes.all[.accepted] == 1)
    }
}
