import Inventory
import Testing

@testable import Boot

struct AddressesTests {
    @Test func `a flood of addresses leaves the map bounded, and the last ones known`() {
        let addresses = Addresses(capacity: 100)
        for bits in 1...10_000 as ClosedRange<UInt32> {
            addresses.learn(IPv4Address(bits: bits), is: MACAddress(bits: UInt64(bits)))
        }
        #expect(addresses[IPv4Address(bits: 10_000)] == MACAddress(bits: 10_000))
        #expect(addresses[IPv4Address(bits: 1)] == nil)
        var map = BoundedMap<Int, Int>()
        map.capacity = 100
        for key in 0..<10_000 { map[key] = key }
        #expect(map.count <= 100)
    }

    @Test(arguments: [(0, true), (119, true), (120, false), (-1, false)])
    func `a finished loader is remembered for two minutes`(age: Int64, isLate: Bool) {
        let addresses = Addresses()
        addresses.finishedLoader(at: Lab.reserved, Instant(seconds: 1000))
        #expect(addresses.finishedLoaderLately(at: Lab.reserved, Instant(seconds: 1000 + age)) == isLate)
    }

    @Test func `no address is nobody's`() {
        let addresses = Addresses()
        addresses.learn(.any, is: Lab.mac)
        #expect(addresses[.any] == nil)
    }

    @Test func `the kernel's table of neighbours is read`() {
        let table = """
            IP address       HW type     Flags       HW address            Mask     Device
            10.77.0.199      0x1         0x2         52:54:00:12:34:01     *        br0
            10.77.0.200      0x1         0x0         00:00:00:00:00:00     *        br0

            """
        #expect(Neighbours.mac(of: Lab.reserved, in: table) == Lab.mac)
        #expect(Neighbours.mac(of: IPv4Address(bits: 0x0A4D_00C8), in: table) == nil)
    }
}
