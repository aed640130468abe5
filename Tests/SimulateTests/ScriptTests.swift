import Testing

@testable import Simulate

@Suite struct ScriptTests {
    @Test(arguments: ["", "echo", " #!ipxe", "#!/bin/sh\necho", "#!ipxescript"])
    func `a text without the magic word is no script`(text: String) { #expect(Script(text) == nil) }

    @Test func `lines keep their numbers, labels and joined lines`() throws {
        let script = try #require(Script("#!ipxe\r\n\r\n# a comment\r\necho a \\\r\n  b\r\n:there\r\nboot\r\n"))
        #expect(script.lines.map(\.number) == [4, 7])
        #expect(script.lines[0].text == "echo a   b")
        #expect(script["there"] == 1)
        #expect(script["where"] == nil)
    }

    @Test func `a line is split at its operators, up to a comment`() {
        #expect(
            Script.commands("a 1 && b || c d # e || f")
                == [
                    Script.Command(condition: .always, words: ["a", "1"]),
                    Script.Command(condition: .afterSuccess, words: ["b"]),
                    Script.Command(condition: .afterFailure, words: ["c", "d"]),
                ])
        #expect(Script.commands("kernel http://h/#x").first?.words == ["kernel", "http://h/#x"])
    }
}
