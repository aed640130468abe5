import Inventory
import Testing

@testable import bootlatch

struct StrangersTests {
    @Test func `what is against a machine is told once, until it is another thing`() {
        let strangers = Strangers()
        let (one, other) = (MACAddress(bits: 1), MACAddress(bits: 2))
        #expect(strangers.isNews(one, "no UUID"))
        #expect(!strangers.isNews(one, "no UUID"))
        #expect(strangers.isNews(other, "no UUID"))
        #expect(strangers.isNews(one, "no serial"))
        #expect(strangers.isNews(one, "no UUID"))
    }

    @Test func `a flood of machines takes no memory`() {
        let strangers = Strangers()
        for bits in 0..<5000 { #expect(strangers.isNews(MACAddress(bits: UInt64(bits)), "no UUID")) }
        #expect(strangers.isNews(MACAddress(bits: 0), "no UUID"), "the first ones are forgotten")
    }
}
