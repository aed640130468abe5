import Inventory
import Testing

@testable import Manifest

struct BootProfileV1Tests {
    private func parse(_ spec: String) -> ParsedFile {
        parseManifest(
            Array("apiVersion: bootlatch.dev/v1\nkind: BootProfile\nmetadata: {name: p}\nspec: \(spec)\n".utf8),
            path: "p.yaml")
    }

    @Test(arguments: [
        ("{kernel: k}", BootProfile.Source.kernel("k", initrd: [], args: [])),
        ("{kernel: k, initrd: i, args: quiet}", .kernel("k", initrd: ["i"], args: ["quiet"])),
        (
            "{kernel: k, initrd: [i, j], args: [a, \"h={{hookURL}}\"]}",
            .kernel("k", initrd: ["i", "j"], args: ["a", "h={{hookURL}}"])
        ),
        ("\n  ipxe: |\n    #!ipxe\n    chain {{artifacts}}/x\n", .ipxe("#!ipxe\nchain {{artifacts}}/x\n")),
    ])
    func `a profile boots a kernel or a script`(spec: String, source: BootProfile.Source) {
        let file = parse(spec)
        #expect(file.diagnostics == [])
        #expect(file.profiles == [BootProfile(name: "p", location: SourceLocation(path: "p.yaml"), source: source)])
    }

    @Test(arguments: [
        ("{}", "4:7: error: spec: expected a kernel or an ipxe script"),
        ("{kernel: k, ipxe: x}", "4:7: error: spec: a profile boots a kernel or an ipxe script: leave out one of them"),
        ("{ipxe: x, args: [a]}", "4:7: error: spec: initrd and args belong to a kernel: put them into the ipxe script"),
        ("{kernel: [k]}", "4:16: error: spec.kernel: expected a text, found a list"),
        ("{kernel: k, arg: [a]}", "4:19: error: spec.arg: no such field (did you mean args?)"),
        (
            "{kernel: k, args: [\"{{token}}\"]}",
            "4:26: error: spec.args[0]: nothing is known under {{token}}: there are hookURL, failedURL, mac, uuid, serial, hostname, ip, artifacts"
        ),
    ])
    func `what is not understood is an error`(spec: String, message: String) {
        let file = parse(spec)
        #expect(file.diagnostics.map(\.description) == ["p.yaml:\(message)"])
    }
}
