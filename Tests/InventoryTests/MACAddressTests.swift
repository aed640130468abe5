import Inventory
import Testing

struct MACAddressTests {
    @Test(
        arguments: [
            ("52:54:00:12:34:01", nil), ("02:00:00:00:00:01", nil), ("00:00:00:00:00:01", nil),
            ("00:00:00:00:00:00", "all zeros"), ("ff:ff:ff:ff:ff:ff", "broadcast"), ("01:00:5e:00:00:01", "group bit"),
            ("33:33:00:00:00:01", "group bit"),
        ] as [(String, String?)])
    func `an address that no card sends from says why`(text: String, why: String?) throws {
        let said = try #require(MACAddress(text)).whyNoCard
        #expect(why.map { said?.contains($0) == true } ?? (said == nil))
        #expect(MACAddress(unseenBy: ["serial": "CZ2041"])?.whyNoCard == nil)
    }

    @Test(arguments: [
        "52:54:00:12:34:AB", "52-54-00-12-34-ab", "5254.0012.34ab", "5254001234ab", "5254:0012:34AB",
        "52:54:00:12:34:ab",
    ])
    func `spellings of one address are equal`(text: String) {
        #expect(MACAddress(text) == MACAddress(bits: 0x5254_0012_34AB))
    }

    @Test(arguments: [
        "", "52:54:00:12:34", "52:54:00:12:34:ab:cd", "52:54:00:12:34:a", "52:54:00:12:34:ag", "52::54:00:12:34:ab",
        "52:54:00:12:34:ab:", ":52:54:00:12:34:ab", "5:25:40:01:23:4ab", "52 54 00 12 34 ab", "0x5254001234ab",
        "5254001234abcd", "52:54:00:12:34:äb",
    ])
    func `anything else is none`(text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test func `octets come and go in the order of the text`() {
        let mac = MACAddress(bits: 0x5254_0012_34AB)
        #expect(mac.octets == [0x52, 0x54, 0, 0x12, 0x34, 0xAB])
        #expect(MACAddress(octets: mac.octets + [1, 2]) == mac)
        #expect(MACAddress(octets: [1, 2, 3, 4, 5]) == nil)
        #expect(mac.description == "52:54:00:12:34:ab" && mac.hyphenated == "52-54-00-12-34-ab")
        #expect(MACAddress(bits: 0xFFFF_5254_0012_34AB) == mac)
        #expect(MACAddress(bits: 1) < mac && MACAddress(bits: 1).description == "00:00:00:00:00:01")
    }
}
