import Foundation
import Git
import Inventory
import Journal
import Reconcile
import Testing

@Suite(.enabled(if: isInstalled("ssh-keygen"), "needs ssh-keygen"))
struct LooseningStepTests {
    private static let off = signingPolicy("selector: {matchLabels: {rack: b}}")

    private static func lab() async throws -> Lab {
        try await Lab.signed([Loosening.node: signedNode(false), Loosening.policy: Loosening.asked])
    }

    @Test func `a commit that loosens and arms at once is held`() async throws {
        let lab = try await Self.lab()
        try lab.edit([Loosening.node: signedNode(true, labels: ""), Loosening.policy: nil])
        #expect(await !lab.isArmed())
        #expect(lab.decision(signedMAC) == .localBoot(.held(.unsigned)))
    }

    @Test func `two commits between two polls are judged one by one`() async throws {
        let lab = try await Self.lab()
        try lab.edit([Loosening.policy: Self.off])
        try lab.edit([Loosening.node: signedNode(true)])
        #expect(await !lab.isArmed())
        #expect(lab.decision(signedMAC) == .localBoot(.held(.unsigned)))
    }

    @Test func `a later signed commit about something else loosens nothing, and may arm`() async throws {
        let lab = try await Self.lab()
        try lab.edit([Loosening.policy: Self.off])
        try lab.sign(as: "ops")
        try lab.edit([Loosening.node: signedNode(true)])
        #expect(await lab.isArmed())
        try lab.sign(as: nil)
        try lab.edit([Loosening.node: signedNode(false)])
        try lab.edit([Loosening.node: signedNode(true)])
        #expect(await !lab.isArmed())
    }

    @Test func `a revert, reverted by a signed commit, ends it`() async throws {
        let lab = try await Self.lab()
        try lab.edit([Loosening.policy: Self.off])
        try lab.git("revert", "--no-edit", "HEAD")
        try lab.sign(as: "ops")
        try lab.git("revert", "--no-edit", "HEAD")
        try lab.sign(as: nil)
        try lab.edit([Loosening.node: signedNode(true)])
        #expect(await lab.isArmed())
    }

    @Test func `a force push back to a signed commit from before the requirement loosens nothing`() async throws {
        let lab = try await Lab.signed([Loosening.node: signedNode(false)])
        try lab.sign(as: "ops")
        try lab.edit(["README": "signed"])
        let old = try lab.git("rev-parse", "HEAD").trimmingCharacters(in: .newlines)
        try lab.edit([Loosening.policy: Loosening.asked])
        #expect(await !lab.isArmed())
        try lab.git("push", "-qf", "origin", "\(old):main")
        #expect(await !lab.isArmed())
        try lab.git("reset", "-q", "--hard", old)
        try lab.sign(as: nil)
        try lab.edit([Loosening.node: signedNode(true)])
        #expect(await !lab.isArmed())
        #expect(lab.decision(signedMAC) == .localBoot(.held(.unsigned)))
    }

    @Test func `a requirement that stands outlives the mirror, also when history was rewritten meanwhile`() async throws
    {
        let first = try await Self.lab()
        let root = try first.git("rev-list", "--max-parents=0", "HEAD").trimmingCharacters(in: .newlines)
        try FileManager.default.removeItem(atPath: first.path("mirror.git"))
        try first.git("reset", "-q", "--hard", root)
        try first.edit(["policies/lab.yaml": "# other\n"])
        try first.git("commit", "-q", "--amend", "-m", "Rewritten")
        try first.git("push", "-qf", "origin", "HEAD:main")
        let lab = try await Lab(folder: first.folder)
        #expect(await !lab.isArmed())
        try lab.edit([Loosening.node: signedNode(true)])
        #expect(await !lab.isArmed())
        #expect(lab.decision(signedMAC) == .localBoot(.held(.unsigned)))
        withExtendedLifetime(first) {}
    }

    @Test func `a MAC edited by an unsigned commit does not take a signed arming to another machine`() async throws {
        let lab = try await Self.lab()
        try lab.sign(as: "ops")
        try lab.edit([Loosening.node: signedNode(true)])
        #expect(await lab.isArmed())
        try lab.sign(as: nil)
        try lab.edit([Loosening.node: signedNode(true).replacing(signedMAC, with: "52:54:00:12:34:99")])
        let signed = try lab.head()
        #expect(await !lab.isArmed())
        #expect(lab.decision("52:54:00:12:34:99") == .localBoot(.held(.unsigned)))
        // It is named, and not the one that armed.
        let mac = try #require(MACAddress("52:54:00:12:34:99"))
        let edit = CommitID("\(try lab.head())")
        #expect(lab.gate.current.inventory.state(of: mac)?.since.commit == edit)
        let events = try await lab.journal.events(of: nil, after: 0, limit: 100).map(\.event)
        let held = try #require(events.last { $0.kind == .held })
        #expect(
            held.commit == edit && held.detail.contains("the commit that edited its MAC or its label must be signed"))
        let parent = try #require(ObjectID(hex: lab.git("rev-parse", "\(signed)~1").trimmingCharacters(in: .newlines)))
        let change = try #require(try await lab.preview(from: parent, to: signed).changes.first { $0.mac == mac })
        #expect(change.after == .localBoot(.held(.unsigned)) && change.since.commit == edit)
        #expect(
            change.detail.hasPrefix(
                "the commit that edited its MAC or its label must be signed by ops, and it bears no"))
    }

    @Test func `what tightens needs no signature, and is loosened only by one`() async throws {
        let lab = try await Self.lab()
        let tighter = signingPolicy("selector: {matchLabels: {rack: b}}, require: {signedBy: [ops]}", name: "b")
        try lab.edit(["policies/b.yaml": tighter])
        #expect(await !lab.isArmed())
        #expect(try await lab.alerts() == [])
        try lab.edit(["policies/b.yaml": nil])
        try lab.edit([Loosening.node: signedNode(true, labels: "rack: b")])
        #expect(await !lab.isArmed())
        #expect(try await lab.alerts().count == 1)
    }

    @Test func `a hold says who must sign and what is wrong with the signature`() async throws {
        let lab = try await Self.lab()
        try lab.edit([Loosening.node: signedNode(true)])
        #expect(await !lab.isArmed())
        let held = try await lab.journal.events().filter { $0.event.kind == .held }.map(\.event.detail)
        #expect(
            held == [
                "unsigned: its commit must be signed by ops, and it bears no signature; turn it off and on, "
                    + "or change bootlatch.dev/arm, by a signed commit, or run `bootlatch reconcile --accept HOST`"
            ])
    }

    @Test func `a plan verifies each commit's signature, and tells what stands`() async throws {
        let lab = try await Self.lab()
        let clone = try Repository(bareAt: lab.path("clone/.git"), create: false)
        func preview(_ count: Int, asOne: Bool = false) async throws -> Preview {
            let (old, new) = (try await clone.resolve("HEAD~\(count)"), try await clone.resolve("HEAD"))
            return try await Previewer(
                repository: clone, paths: ["inventory", "policies"], signers: SignerPaths(), now: lab.now.wall
            ).preview(from: #require(old), to: #require(new), asOne: asOne)
        }
        try lab.sign(as: "ops")
        try lab.edit([Loosening.node: signedNode(true)])
        #expect(try await preview(1).changes.map(\.after.reason) == ["armed"])
        // A merge that nobody has signed yet brings the signature along.
        #expect(try await preview(1, asOne: true).changes.map(\.after.reason) == ["armed"])
        #expect(await lab.isArmed())

        try lab.sign(as: "eve")
        try lab.edit([Loosening.policy: Self.off])
        try lab.edit([Loosening.node: signedNode(false)])
        try lab.edit([Loosening.node: signedNode(true)])
        let held = try await preview(3)
        #expect(held.changes.map(\.after.reason) == ["held:unsigned"])
        #expect(
            held.changes[0].detail.hasPrefix(
                "its commit must be signed by ops, and its ssh signature is by none of the allowed signers"))
        #expect(held.diagnostics.map(\.location.path) == [Loosening.policy])
        #expect(held.diagnostics.first?.message.contains("policy lab asks for a signature of ops") == true)
        #expect(await !lab.isArmed())

        // Keys that somebody else brings count for no commit after them.
        try lab.edit([Lab.signersFile: "ops \(try lab.key("eve"))\n", Loosening.node: signedNode(false)])
        try lab.edit([Loosening.node: signedNode(true, note: "x")])
        #expect(try await preview(5).changes.map(\.after.reason) == ["held:unsigned"])
        #expect(await !lab.isArmed())
    }
}
