import Inventory
import Testing

@testable import Manifest

struct BootPolicyV1Tests {
    private func parse(_ spec: String) -> ParsedFile {
        parseManifest(
            Array("apiVersion: bootlatch.dev/v1\nkind: BootPolicy\nmetadata: {name: p}\nspec: \(spec)\n".utf8),
            path: "p.yaml")
    }

    @Test func `every field is read`() {
        let file = parse(
            """

              selector: {matchLabels: {site: lab}, names: ["node-*"], paths: [inventory/rack1/*]}
              netboot: never
              profile: ubuntu
              attempts: {full: 2, early: 5}
              expireAfter: 1h30m
              refuse: {pxe: tftpError, http: 404, bios: ["sanboot:0x80", "sanboot:0", exit, poweroff], uefi: ["exit:1", grub-local, "#!ipxe\\nexit"]}
              limits: {armedPerCommit: 5}
            """)
        #expect(file.diagnostics == [])
        let refuse = RefusePolicy(
            pxe: .tftpError, http: .notFound,
            bios: [.sanboot(drive: "0x80"), .sanboot(drive: "0"), .exit(status: nil), .poweroff],
            uefi: [.exit(status: 1), .grubLocal, .script("#!ipxe\nexit")])
        #expect(
            file.policies == [
                BootPolicy(
                    name: "p", location: SourceLocation(path: "p.yaml", line: 1, column: 1),
                    selector: BootPolicy.Selector(
                        matchLabels: ["site": "lab"], names: ["node-*"], paths: ["inventory/rack1/*"]),
                    netboot: .never, profile: "ubuntu", attempts: Attempts(full: 2, early: 5), expireAfter: 5400,
                    refuse: refuse,
                    armedPerCommit: 5)
            ])
    }

    @Test func `what is left out says nothing`() {
        let file = parse("{selector: {}, attempts: {full: 4}}")
        #expect(file.diagnostics == [])
        #expect(
            file.policies == [
                BootPolicy(
                    name: "p", location: SourceLocation(path: "p.yaml", line: 1, column: 1),
                    attempts: Attempts(full: 4, early: 3))
            ])
    }

    @Test(arguments: [
        ("{atempts: {full: 1}}", "4:8: error: spec.atempts: no such field (did you mean attempts?)"),
        ("{attempts: {ful: 1}}", "4:19: error: spec.attempts.ful: no such field (did you mean full?)"),
        ("{limits: {perCommit: 1}}", "4:17: error: spec.limits.perCommit: no such field: there are armedPerCommit"),
        (
            "{selector: {label: {}}}",
            "4:19: error: spec.selector.label: no such field: there are matchLabels, names, paths"
        ),
        ("{refuse: {efi: []}}", "4:17: error: spec.refuse.efi: no such field (did you mean uefi?)"),
        ("{netboot: maybe}", "4:17: error: spec.netboot: expected allow, never, found the text \"maybe\""),
        (
            "{expireAfter: 24}",
            "4:21: error: spec.expireAfter: expected a duration such as 24h, 30m, 90s or 7d, found the number 24"
        ),
        (
            "{expireAfter: 5s}",
            "4:21: error: spec.expireAfter: expected a duration of 60s or more, found the text \"5s\""
        ),
        (
            "{attempts: {full: 0}}",
            "4:25: error: spec.attempts.full: expected a whole number, 1 or more, found the number 0"
        ),
        (
            "{selector: {matchLabels: {a: 1}}}",
            "4:36: error: spec.selector.matchLabels.a: expected a text (put it in quotes), found the number 1"
        ),
        (
            "{refuse: {pxe: loud}}",
            "4:22: error: spec.refuse.pxe: expected auto, silent, offer, tftpError, loader, found the text \"loud\""
        ),
        (
            "{refuse: {bios: [reboot]}}",
            "4:24: error: spec.refuse.bios[0]: expected sanboot:0x80, sanboot:0, exit, exit:1, grub-local, poweroff, or a script that starts with #!ipxe, found the text \"reboot\""
        ),
        ("[]", "4:7: error: spec: expected a mapping, found a list"),
        ("", "1:1: error: expected a spec"),
        ("{}\nstatus: {}", "5:1: error: status: no such field: there are apiVersion, kind, metadata, spec"),
    ])
    func `what is not understood is an error`(spec: String, message: String) {
        let file = parse(spec)
        #expect(file.diagnostics.map(\.description) == ["p.yaml:\(message)"])
        #expect(file.isBroken)
    }

    @Test(arguments: [("24h", 86400), ("30m", 1800), ("90s", 90), ("1h30m", 5400), ("7d", 604800), ("1d12h", 129600)])
    func `durations`(text: String, count: Int64) { #expect(seconds(in: text) == count) }

    @Test(arguments: ["", "24", "h", "1h30", "-1h", "1.5h", "1 h", "1w", "99999999999999999999h", "٣h"])
    func `no durations`(text: String) { #expect(seconds(in: text) == nil) }
}
