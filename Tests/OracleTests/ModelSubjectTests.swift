import Oracle
import Testing

@Suite struct `The oracle against itself` {
    @Test
    func `a model with every rule agrees with the rules`() async throws {
        let (tally, mismatches) = try await Torture(seeds: 0..<40).run { try ModelSubject($0) }
        for mismatch in mismatches { Issue.record("\(mismatch)") }
        #expect(tally.sequences == 40)
    }

    @Test(arguments: Fault.allCases)
    func `a model without one rule is caught`(fault: Fault) async throws {
        let (_, mismatches) = try await Torture(seeds: 0..<500).run { try ModelSubject($0, faults: [fault]) }
        let mismatch = try #require(mismatches.first, "500 sequences did not notice that \(fault) is left out")
        #expect("\(mismatch)".contains("replay: make torture SEED=\(mismatch.seed)"))
    }
}
