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

    @Test func `of those that ask from elsewhere the last one is kept, for whom it might be`() throws {
        let strangers = Strangers()
        let key = try #require(MACAddress(unseenBy: ["serial": "CZ2041"]))
        for (bits, link) in [(1, "10.2.0.1"), (2, "10.3.0.1")] as [(UInt64, String)] {
            strangers.asked(
                Sighting(mac: MACAddress(bits: bits), link: IPv4Address(link)), outOfReachOf: key,
                at: Instant(seconds: 1_800_000_000))
        }
        let said = try #require(strangers.outOfReach(of: key))
        #expect(
            said.hasPrefix("an unknown machine, 00:00:00:00:00:02, asked from the network of 10.3.0.1 at 2027-01-15"))
        #expect(strangers.outOfReach(of: MACAddress(bits: 1)) == nil)
        for serial in 0..<5000 {
            let other = try #require(MACAddress(unseenBy: ["serial": "S\(serial)-A"]))
            strangers.asked(
                Sighting(mac: MACAddress(bits: 1), link: .any), outOfReachOf: other, at: Instant(seconds: 0))
        }
        #expect(strangers.outOfReach(of: key) == nil)
    }

    @Test func `a flood of machines takes no memory`() {
        let strangers = Strangers()
        for bits in 0..<5000 { #expect(strangers.isNews(MACAddress(bits: UInt64(bits)), "no UUID")) }
        #expect(strangers.isNews(MACAddress(bits: 0), "no UUID"), "the first ones are forgotten")
    }
}
