import Foundation
import Testing

@testable import bootlatch

struct PrintableTests {
    @Test(arguments: [
        ("inventory/z\u{1b}[31m\n::error::pwn.yaml", #"inventory/z\u001b[31m\n::error::pwn.yaml"#),
        ("a\tb\r\n\0", #"a\tb\r\n\u0000"#), ("c:\\new \"x\" /", "c:\\new \"x\" /"), ("Ågot 李 👩‍🚀", "Ågot 李 👩‍🚀"),
        ("\u{7f}\u{9b}31m\u{2028}\u{202e}x", #"\u007f\u009b31m\u2028\u202ex"#), ("\\u001b", "\\u001b"), ("", ""),
    ])
    func `control characters are written out, and nothing else is`(text: String, shown: String) throws {
        #expect(printable(text) == shown)
        #expect(try printable(["k": text]) == ["k": shown])
    }

    @Test func `a file's name forges no line of what validate says`() async throws {
        let scratch = try Scratch()
        let name = "z\u{1b}[31m\n::error::pwn.yaml"
        try scratch.write(name, CommandLab.node.replacing("allowPXE: false", with: "allowPXE: maybe"))
        let run = try await CommandRun.run([CommandRun.bootlatch, "validate", scratch.path])
        #expect(run.status == 1 && run.output.split(separator: "\n").count == 1)
        #expect(run.output.contains(#"z\u001b[31m\n::error::pwn.yaml:"#), "\(run.output)")
        let exact = try await CommandRun.run([CommandRun.bootlatch, "validate", scratch.path, "-o", "json"])
        #expect(exact.output.contains(#"z\u001b[31m\n::error::pwn.yaml""#))
    }
}
