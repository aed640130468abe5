import Testing

@testable import YAML

struct ShownTests {
    @Test(arguments: [
        ("plain é", "plain é"), ("a\nb\tc", "a\\nb\\tc"), ("\u{1B}[31mred", "\\u{1b}[31mred"),
        ("a\u{202E}b", "a\\u{202e}b"), ("a\u{2028}b", "a\\u{2028}b"), ("", ""),
        (String(repeating: "x", count: 60), String(repeating: "x", count: 60)),
        (String(repeating: "x", count: 61), String(repeating: "x", count: 60) + "..."),
    ])
    func `a text in a message is short, and nothing that a terminal obeys`(text: String, shown: String) {
        #expect(YAML.shown(text) == shown)
    }

    @Test func `paths and findings show texts so`() throws {
        let text = "\"a\\e[2J\": {b: \"\\e[2J\"}"
        let root = try #require(Parser.parse(Array(text.utf8)).documents.first)
        let node = try #require(root["a\u{1B}[2J"]?["b"])
        #expect(node.path == "a\\u{1b}[2J.b")
        #expect(node.found == "the text \"\\u{1b}[2J\"")
    }
}
