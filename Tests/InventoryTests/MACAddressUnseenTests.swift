import Testing

@testable import Inventory

struct MACAddressUnseenTests {
    private static let uuid = "4c4c4544-0042-3510-8052-b2c04f4b3232"

    @Test func `the key of a UUID is the same in both byte orders, in any case, and no MAC`() throws {
        let key = try #require(MACAddress(unseenBy: ["uuid": Self.uuid]))
        #expect(key == MACAddress(unseenBy: ["uuid": "44454C4C-4200-1035-8052-B2C04F4B3232"]))
        #expect(key == MACAddress(unseenBy: ["bootlatch.dev/uuid": Self.uuid.uppercased()]))
        #expect(key.isUnseen)
        #expect(key.description == "-")
        #expect(key.bits >> 48 != 0)
    }

    @Test func `the UUID goes before the serial, whose case and spaces don't matter`() throws {
        let serial = try #require(MACAddress(unseenBy: ["serial": "CZ2041"]))
        #expect(serial == MACAddress(unseenBy: ["serial": " cz2041 "]))
        #expect(serial != MACAddress(unseenBy: ["serial": "CZ2042"]))
        #expect(
            MACAddress(unseenBy: ["serial": "CZ2041", "uuid": Self.uuid]) == MACAddress(unseenBy: ["uuid": Self.uuid]))
    }

    @Test(arguments: [
        [:], ["site": "berlin"], ["serial": ""], ["serial": "None"], ["serial": "0000000"],
        ["serial": "Default-string"],
        ["serial": "To-Be-Filled-By-O.E.M."], ["serial": "System-Serial-Number"], ["serial": "0123456789"],
        ["uuid": "00000000-0000-0000-0000-000000000000"], ["uuid": "ffffffff-ffff-ffff-ffff-ffffffffffff"],
        ["uuid": "03000200-0400-0500-0006-000700080009"], ["uuid": "4c4c4544"],
        ["uuid": String(repeating: "xyz1", count: 8)],
        ["uuid": "00000000-0000-0000-0000-000000000000", "serial": "CZ2041"],
    ])
    func `what many machines share is no key`(labels: [String: String]) {
        #expect(MACAddress(unseenBy: labels) == nil)
    }

    @Test func `the journal keeps keys and addresses apart`() throws {
        let key = try #require(MACAddress(unseenBy: ["uuid": Self.uuid]))
        #expect(MACAddress(stored: key.bits) == key)
        #expect(MACAddress(stored: MACAddress.a.bits) == .a)
        #expect(MACAddress(bits: key.bits) != key)
        #expect(!MACAddress.a.isUnseen)
    }

    @Test func `keys stay what they are, for journals hold them`() {
        #expect(MACAddress(unseenBy: ["serial": "cz2041"])?.bits == 0x43CE_4C11_DEB5_7B48)
    }
}
