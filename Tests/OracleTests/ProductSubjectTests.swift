import DaemonSubject
import Foundation
import Oracle
import Testing

@Suite struct `The daemon against the oracle` {
    /// `SEQUENCES` and `SEED` choose others, `DAEMON` how many ask a daemon of its own process; `make torture` runs many.
    @Test
    func `does in every random sequence what the rules say`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["SEQUENCES"].flatMap { UInt64($0) } ?? 500
        let first = environment["SEED"].flatMap { UInt64($0) } ?? 0
        let share = try #require(DaemonShare(environment["DAEMON"]), "DAEMON is all, none or a number")
        let (tally, mismatches) = try await Torture(seeds: first..<first + count).run { try share.make($0) }
        for mismatch in mismatches { Issue.record("\(mismatch)") }
        #expect(mismatches.isEmpty)
        #expect(tally.rearms * 5 >= tally.steps)
        #expect(tally.rearmed * 3 >= tally.rearms)
        print(tally)
    }
}
