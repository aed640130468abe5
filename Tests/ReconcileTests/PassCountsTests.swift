import Inventory
import Testing

@testable import Reconcile

struct PassCountsTests {
    @Test func `passes are counted, and those that failed since the last good one`() async throws {
        let lab = try await Lab()
        #expect(lab.reconciler.passCounts == PassCounts())
        // There is no commit yet.
        for _ in 0..<2 { _ = await lab.reconciler.reconcile() }
        #expect(lab.reconciler.passCounts.failedInARow == 2)
        try lab.push(Lab.files(1...1, isOn: false))
        _ = await lab.reconciler.reconcile()
        #expect(lab.reconciler.passCounts.failedInARow == 0)
        #expect(lab.reconciler.passCounts.good == 1 && lab.reconciler.passCounts.failed == 2)
    }
}
