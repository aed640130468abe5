import Inventory
import Testing

@testable import Simulate

@Suite struct ScriptSettingsTests {
    private let settings = ScriptSettings([
        "mac": .mac(MACAddress(bits: 0x5254_0012_3401)), "ip": .address(IPv4Address(bits: 0x0A00_000E)),
        "filename": .text("a b/c"), "which": .text("filename"), "serial": .text("S:1"),
    ])

    @Test(arguments: [
        ("${mac}", "52:54:00:12:34:01"), ("${net0/mac:hexhyp}", "52-54-00-12-34-01"),
        ("${netX/mac:hexraw}", "525400123401"),
        ("${net0/mac:hex}", "52:54:00:12:34:01"), ("x${ip}y", "x10.0.0.14y"), ("${netX/ip}", "10.0.0.14"),
        ("${filename:uristring}", "a%20b%2Fc"), ("${${which}}", "a b/c"), ("${nothing}", ""), ("${net1/mac}", ""),
        ("${smbios/serial}", "S:1"), ("$ {mac} } ${mac", "$ {mac} } ${mac"), ("", ""),
        ("${mac:uristring}", "52%3A54%3A00%3A12%3A34%3A01"),
    ])
    func `a setting is expanded`(text: String, expected: String) throws {
        #expect(try settings.expand(text) == expected)
    }

    @Test func `an unknown format is an error`() {
        #expect(throws: ScriptSettings.UnknownFormat(name: "int32")) { try settings.expand("${ip:int32}") }
    }
}
