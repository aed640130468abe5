import Foundation
import Git
import Inventory
import Reconcile
import Testing

struct ReconcilerTidyTests {
    @Test func `packs and loose objects stay few, however many commits are fetched`() async throws {
        let lab = try await Lab()
        try await lab.arm(1...1)
        let path = lab.folder.appending(path: "mirror.git").path
        let mirror = try Repository(bareAt: path, create: false)
        let first = try #require(try await mirror.tip(of: Remote.trackingRef("main")))
        var (most, repacks, before) = (0, 0, 0)
        for round in 0..<120 {
            try lab.store([Lab.path(2): Lab.manifest(2, isOn: false, comment: "round \(round)")])
            let report = await lab.reconciler.reconcile()
            #expect(report.failure == nil && report.commits.count == 1)
            let packs = await mirror.packs
            most = max(most, packs)
            if packs < before { repacks += 1 }
            before = packs
        }
        #expect(most < 50)
        #expect(repacks == 2)
        #expect(await mirror.looseObjects < 2_000)
        // All of it is still there, and the daemon goes on.
        let after = try Repository(bareAt: path, create: false)
        let last = try #require(try await after.tip(of: Remote.trackingRef("main")))
        #expect(try await after.path(from: first, to: last)?.count == 120)
        try await lab.install(1)
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.state(1) == .localBoot(.off))
    }
}
