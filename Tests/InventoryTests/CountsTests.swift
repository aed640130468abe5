import Testing

@testable import Inventory

struct CountsTests {
    @Test func `what is named is counted from zero on, and nothing is lost between threads`() async {
        let counts = Counts(["boot", "report"])
        #expect(counts.all == ["boot": 0, "report": 0])
        await withTaskGroup { group in
            for _ in 0..<4 { group.addTask { for _ in 0..<1000 { counts.add("boot") } } }
        }
        counts.add("alert")
        #expect(counts.all == ["boot": 4000, "report": 0, "alert": 1])
    }
}
