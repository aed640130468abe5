import Oracle
import Testing

@Suite struct `The oracle against itself` {
    @Test
    func `the model agrees with itself`() async throws {
        let (tally, mismatches) = try await Torture(seeds: 0..<20).run { try ModelSubject($0) }
        for mismatch in mismatches { Issue.record("\(mismatch)") }
        #expect(tally.sequences == 20)
        #expect(tally.rearms * 5 >= tally.steps)
    }
}
