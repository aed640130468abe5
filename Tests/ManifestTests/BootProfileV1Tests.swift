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
            "4:26: error: spec.args[0]: nothing is known under {{token}}: there are hookURL, failedURL, mac, uuid, serial, hostname, ip, artifacts, answerURL"
        ),
    ])
    func `what is not understood is an error`(spec: String, message: String) {
        let file = parse(spec)
        #expect(file.diagnostics.map(\.description) == ["p.yaml:\(message)"])
    }

    @Test func `answers are templates by their names`() {
        let file = parse("{kernel: k, args: [\"s={{answerURL}}/\"], answers: {user-data: t/u.mustache, meta-data: m}}")
        #expect(file.diagnostics == [])
        func answer(_ path: String, _ column: Int) -> Answer {
            Answer(path: path, location: SourceLocation(path: "p.yaml", line: 4, column: column))
        }
        #expect(
            file.profiles.first?.answers == ["user-data": answer("t/u.mustache", 68), "meta-data": answer("m", 93)])
    }

    private static let name = "an answer's name is one part of an URL: no slash, and neither . nor .."
    private static let path =
        "a template's path begins at the top of the repo and stays in it: no / at either end, no empty part, . or .., and not .git"

    @Test(arguments: [
        ("{a/b: t}", "spec.answers.a/b: \(name)"), ("{\"\": t}", "spec.answers.: \(name)"),
        ("{..: t}", "spec.answers...: \(name)"), ("{.: t}", "spec.answers..: \(name)"),
        ("{a: /t}", "spec.answers.a: \(path)"), ("{a: ../t}", "spec.answers.a: \(path)"),
        ("{a: t/../u}", "spec.answers.a: \(path)"), ("{a: t/}", "spec.answers.a: \(path)"),
        ("{a: \"\"}", "spec.answers.a: \(path)"), ("{a: t//u}", "spec.answers.a: \(path)"),
        ("{a: .git/config}", "spec.answers.a: \(path)"), ("{a: [t]}", "spec.answers.a: expected a text, found a list"),
        ("[t]", "spec.answers: expected a mapping, found a list"),
    ])
    func `an answer that no URL or no tree can name is an error`(answers: String, message: String) {
        let file = parse("{kernel: k, answers: \(answers)}")
        #expect(file.diagnostics.count == 1)
        #expect(file.diagnostics.first?.message == message)
        #expect(file.isBroken)
    }
}
