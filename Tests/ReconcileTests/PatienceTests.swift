import Foundation
import GitServers
import Inventory
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

    @Test func `a remote that refuses is asked again by itself after a minute, then after two`() async throws {
        let lab = try await Lab(route: .gitDaemon)
        try await lab.arm(1...1)
        try await lab.install(1)
        try lab.installHook("pre-receive", "echo asked >> asked; exit 1")
        func asked() throws -> Int {
            try String(contentsOf: lab.site.appending(path: "remote.git/asked"), encoding: .utf8).count { $0 == "\n" }
        }
        await #expect(throws: WriteBackError.self) { try await lab.writeBack.flush() }
        #expect(await lab.writeBack.pause == .seconds(60))
        for (seconds, tries) in [(59, 2), (119, 3)] as [(Int64, Int)] {
            lab.advance(seconds: seconds)
            #expect(await lab.writeBack.pause == .seconds(1))
            #expect(try await lab.writeBack.flush() == nil)
            #expect(try asked() == tries - 1)
            lab.advance(seconds: 2)
            await #expect(throws: WriteBackError.self) { try await lab.writeBack.flush() }
            #expect(try asked() == tries)
        }
        #expect(await lab.writeBack.pause == .seconds(240))
        try lab.removeHook("pre-receive")
        lab.advance(seconds: 241)
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.state(1) == .localBoot(.off))
        #expect(await lab.writeBack.pause == .seconds(60))
    }
}
