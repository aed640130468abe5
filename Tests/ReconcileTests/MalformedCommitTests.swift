import Foundation
import GitServers
import Inventory
import Journal
import Reconcile
import Testing

/// Commits whose author and committer libgit2 refuses to read. Anybody who may push can make one, by accident too.
struct MalformedCommitTests {
    /// A commit with these files on top of the remote's tip, which says so of its author.
    private func push(_ files: [String: String], _ lab: Lab, _ line: String = "Bob <bob 1800000000 +0000") throws {
        try lab.push(files)
        let tree = try lab.remote("rev-parse", "main^{tree}")
        let parent = try lab.remote("rev-parse", "main~1")
        let text = "tree \(tree)\nparent \(parent)\nauthor \(line)\ncommitter \(line)\n\nBy hand\n"
        let file = lab.folder.appending(path: "commit")
        try text.write(to: file, atomically: true, encoding: .utf8)
        let id = try lab.remote("hash-object", "-t", "commit", "-w", "--literally", file.path)
        try lab.remote("update-ref", "refs/heads/main", id)
        try lab.git("fetch", "-q")
        try lab.git("reset", "-q", "--hard", "origin/main")
    }

    @Test(arguments: Route.installed.filter { $0 == .path || $0 == .gitDaemon })
    func `they turn machines off and on as others do, and disarms are committed on top of them`(route: Route)
        async throws
    {
        let lab = try await Lab(route: route)
        try await lab.arm(1...2)
        try push([Lab.path(1): Lab.manifest(1, isOn: false)], lab)
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.state(1) == .localBoot(.off) && lab.isLetIn(2))
        try await lab.install(2)
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.state(2) == .localBoot(.off))
        #expect(try await lab.journal.owedIntents().isEmpty)

        try push([Lab.path(1): Lab.manifest(1, isOn: true)], lab, "Bob 1800000000")
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.isLetIn(1))
        let mac = try #require(MACAddress(Lab.mac(1)))
        _ = try await lab.writeBack.disarm(mac, by: Person(name: "Ada", email: "ada@lab"), reason: nil)
        #expect(lab.state(1) == .localBoot(.off))
    }

    @Test func `a history that begins with one is first sight like any other`() async throws {
        let lab = try await Lab()
        try lab.push([Lab.path(1): Lab.manifest(1, isOn: false)])
        try push([Lab.path(1): Lab.manifest(1, isOn: true)], lab)
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.state(1) == .localBoot(.held(.firstSight)))
    }

    @Test func `a time beyond every calendar ends no daemon`() async throws {
        let lab = try await Lab()
        try await lab.arm(1...1)
        try push([Lab.path(1): Lab.manifest(1, isOn: false)], lab, "Bob <b@lab> 9223372036854775807 +0000")
        lab.advance(seconds: 3 * 86_400)
        try push([Lab.path(1): Lab.manifest(1, isOn: true)], lab, "Bob <b@lab> 9223372036854775807 +0000")
        #expect(await lab.reconciler.reconcile().failure == nil)
    }
}
