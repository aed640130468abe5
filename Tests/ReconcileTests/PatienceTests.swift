import Testing

@testable import Reconcile

struct PatienceTests {
    @Test func `each failure doubles the pause, up to ten minutes`() {
        var patience = Patience()
        var now = ContinuousClock.now
        #expect(patience.isOver(at: now))
        for seconds in [60, 120, 240, 480, 600, 600] {
            patience.failed(at: now, first: .seconds(60))
            #expect(!patience.isOver(at: now.advanced(by: .seconds(seconds) - .milliseconds(1))))
            now = now.advanced(by: .seconds(seconds))
            #expect(patience.isOver(at: now))
        }
    }
}
