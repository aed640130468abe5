import Testing

@testable import Simulate

@Suite struct FaultsTests {
    private func fates(_ faults: Faults, count: Int = 10_000) -> [[Duration]] {
        var random = SeededRandom(seed: faults.seed)
        return (0..<count).map { _ in faults.fate(&random) }
    }

    @Test func `the same seed makes the same faults`() {
        let faults = Faults(seed: 7, loss: 0.2, duplicates: 0.1, delay: .milliseconds(5))
        #expect(fates(faults) == fates(faults))
        #expect(fates(faults) != fates(Faults(seed: 8, loss: 0.2, duplicates: 0.1, delay: .milliseconds(5))))
    }

    @Test func `each conversation has faults of its own`() {
        let faults = Faults(seed: 7, loss: 0.5)
        #expect(fates(faults.of("a"), count: 100) == fates(faults.of("a"), count: 100))
        #expect(fates(faults.of("a"), count: 100) != fates(faults.of("b"), count: 100))
    }

    @Test func `loss and duplicates come as often as asked for`() {
        let fates = fates(Faults(seed: 1, loss: 0.25, duplicates: 0.5))
        #expect((2300...2700).contains(fates.count { $0.isEmpty }))
        #expect((3500...4000).contains(fates.count { $0.count == 2 }))
    }

    @Test func `without faults every datagram arrives once and at once`() {
        #expect(fates(.none, count: 100).allSatisfy { $0 == [.zero] })
    }

    @Test func `a delay stays below its bound`() {
        let fates = fates(Faults(seed: 3, delay: .milliseconds(4)), count: 1000)
        #expect(fates.joined().allSatisfy { $0 < .milliseconds(4) })
    }
}
