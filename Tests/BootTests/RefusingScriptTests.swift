import Inventory
import Testing

@testable import Boot

struct RefusingScriptTests {
    @Test(
        arguments: [
            (nil, false, ["sanboot --no-describe --drive 0x80 ||", "exit 1"]), (nil, true, ["exit 1"]),
            ([.sanboot(drive: "0"), .exit(status: nil)], false, ["sanboot --no-describe --drive 0 ||", "exit"]),
            ([.poweroff], true, ["poweroff ||", "exit 1"]),
            ([.grubLocal], true, ["sanboot --no-describe --drive 0 --filename \\EFI\\BOOT\\BOOTX64.EFI ||", "exit 1"]),
            ([.script("#!ipxe\nreboot")], true, ["reboot", "exit 1"]),
        ] as [([RefusePolicy.Step]?, Bool, [String])])
    func `a policy's steps come in their order, and end in a failure`(
        steps: [RefusePolicy.Step]?, isUEFI: Bool, expected: [String]
    ) {
        let refuse = isUEFI ? RefusePolicy(uefi: steps) : RefusePolicy(bios: steps)
        let lines = refusingScript(.off, refuse, isUEFI: isUEFI).split(separator: "\n").map(String.init)
        #expect(lines.first == "#!ipxe")
        #expect(Array(lines.dropFirst(2)) == expected)
    }
}
