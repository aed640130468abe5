import Testing

@testable import YAML

struct ParserTests {
    @Test(arguments: [
        // A byte order mark, CRLF and text of two, three and four bytes a character before the value.
        "key: value\n", "\u{FEFF}key: value\n", "a: 1\r\nkey: value\r\n", "# ключ € 😀\nkey: value", "ü: {key: value}",
        "\u{FEFF}# é\r\nb: [😀]\r\nkey: !!str value # é", "a: &x value\nkey: &y !!str value", "? key\n: value",
    ])
    func `spans are byte offsets of the file`(text: String) throws {
        let bytes = Array(text.utf8)
        let root = try #require(Parser.parse(bytes).documents.first)
        let value = try #require(root["key"] ?? root["ü"]?["key"])
        #expect(String(decoding: bytes[value.span], as: UTF8.self) == "value")
    }

    @Test func `a span leaves out anchor, tag, quotes' escapes and what stands behind`() throws {
        let text =
            "a: &one !!str \"x\\ty\" # c\nb: &two {k: v} # c\nc: &three\n  k: |\n    text\nd: !!map\n  e: f   # c\n\n# end\n"
        let bytes = Array(text.utf8)
        let root = try #require(Parser.parse(bytes).documents.first)
        func source(_ range: Range<Int>?) -> String { String(decoding: bytes[range ?? 0..<0], as: UTF8.self) }
        #expect(source(root["a"]?.span) == "\"x\\ty\"")
        #expect(source(root["a"]?.outerSpan) == "&one !!str \"x\\ty\"")
        #expect(root["a"]?.text == "x\ty")
        #expect(source(root["b"]?.span) == "{k: v}")
        #expect(source(root["d"]?.span) == "e: f")
        #expect(root["c"]?["k"]?.text == "text\n")
        #expect((root["a"]?.anchor, root["b"]?.anchor, root["c"]?.anchor) == ("one", "two", "three"))
        #expect(root["a"]?.tag == "tag:yaml.org,2002:str")
        #expect(root["d"]?["e"]?.path == "d.e")
    }

    @Test(arguments: [
        ("a: 1\nb: x", 2, 4), ("a: 1\r\nb: x", 2, 4), ("\u{FEFF}b: x", 1, 4), ("é: 1\n  # €\nb: x", 3, 4),
        ("a: {ü: 1, b: x}", 1, 14),
    ])
    func `line and column count from 1, the column in characters`(text: String, line: Int, column: Int) throws {
        let root = try #require(Parser.parse(Array(text.utf8)).documents.first)
        #expect((root["b"] ?? root["a"]?["b"])?.position == Position(line: line, column: column))
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3\n", "3:1: the key a stands already in line 1: keep one of the two"),
        ("a: {b: 1, \"b\": 2}", "1:11: the key b stands already in line 1: keep one of the two"),
        ("a: *x\n", "1:4: *x has no anchor above it in this document: define &x there, or write the value out"),
        (
            "a: &x 1\n---\nb: *x\n",
            "3:4: *x has no anchor above it in this document: define &x there, or write the value out"
        ),
        ("a: &x [*x]\n", "1:8: *x stands inside its own anchor: write the value out"),
        ("a:\n\tb: 1\n", "2:1: a tab indents this line: YAML takes only spaces there"),
        ("a: b: c\n", "1:5: no key can stand here: check the indentation, or quote a value that contains \": \""),
        ("a:\n  b: 1\n c: 2\n", "3:2: this line fits no block above it: check its indentation"),
        ("a: {b: 1\n", "2:1: a { is not closed, or a comma is missing"),
        ("a: \"b\n", "2:1: a quote is not closed before the file ends"),
        ("{{- if .x }}\na: 1\n{{- end }}\n", "1:2: \(templateAdvice)"),
        ("a: {{ .Values.a }}\n", "1:5: \(templateAdvice)"),
        ("a: {{name}}-1\n", "1:5: \(templateAdvice)"),
        ("? [a, b]\n: 1\n", "1:3: a key must be a single word or a quoted text, not a list or mapping"),
        ("<<: 1\n", "1:5: << merges mappings only: give it an alias of one, or a list of such"),
        ("<<: [{a: 1}, 2]\n", "1:5: << merges mappings only: give it an alias of one, or a list of such"),
    ])
    func `what cannot be relied on is an error that says what to do`(text: String, message: String) {
        let error = #expect(throws: YAMLError.self) { try Parser.parse(Array(text.utf8)) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        ([0xFF, 0xFE, 0x61, 0x00], "1:1: the file is UTF-16: save it as UTF-8"),
        ([0x00, 0x61, 0x00, 0x3A], "1:1: the file is UTF-16: save it as UTF-8"),
        (
            [0x61, 0x3A, 0x20, 0xC3, 0x28],
            "1:5: not valid UTF-8 text: save the file as UTF-8, without control characters"
        ),
        ([0x61, 0x3A, 0x20, 0x01], "1:4: not valid UTF-8 text: save the file as UTF-8, without control characters"),
    ])
    func `bytes that are not UTF-8 text are refused`(bytes: [UInt8], message: String) {
        let error = #expect(throws: YAMLError.self) { try Parser.parse(bytes) }
        #expect(error?.description == message)
    }

    @Test func `the limits hold`() throws {
        func message(_ text: String, _ limits: Parser.Limits = Parser.Limits()) -> String? {
            do throws(YAMLError) {
                _ = try Parser.parse(Array(text.utf8), limits: limits)
                return nil
            } catch {
                return error.description
            }
        }
        let nested = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(message(nested(64)) == nil)
        #expect(message(nested(65)) == "1:65: nested deeper than 64 levels: flatten it")
        #expect(message(String(repeating: "[", count: 40_000)) == "1:65: nested deeper than 64 levels: flatten it")
        var small = Parser.Limits()
        small.bytes = 5
        #expect(message("a: 12", small) == nil)
        #expect(message("a: 123", small)?.contains("larger than") == true)
        #expect(message("# " + String(repeating: "x", count: 4 << 20))?.contains("larger than 4 MiB") == true)
        var laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            laughs +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        #expect(message(laughs)?.contains("more than 10000 nodes") == true)
        let thousand = "a: &a [" + Array(repeating: "x", count: 999).joined(separator: ", ") + "]\nb:\n"
        #expect(message(thousand + String(repeating: "- *a\n", count: 10)) == nil)
        #expect(message(thousand + String(repeating: "- *a\n", count: 11))?.contains("more than 10000 nodes") == true)
    }

    @Test(arguments: [
        (
            "[" + String(repeating: ",a", count: 10).dropFirst() + "]",
            "the file has more than 10 keys and values: split it"
        ),
        ("!" + String(repeating: "x", count: 1024) + " a", "a tag or anchor of more than 1024 bytes: shorten it"),
        ("&" + String(repeating: "x", count: 1025) + " a", "a tag or anchor of more than 1024 bytes: shorten it"),
        (
            "%TAG ! tag:" + String(repeating: "x", count: 1025) + ",2000:\n--- [!a b]\n",
            "a tag or anchor of more than 1024 bytes: shorten it"
        ),
    ])
    func `what would multiply in memory is refused`(text: String, message: String) {
        var limits = Parser.Limits()
        limits.nodes = 10
        let error = #expect(throws: YAMLError.self) { try Parser.parse(Array(text.utf8), limits: limits) }
        #expect(error?.message == message)
        #expect(throws: Never.self) { try Parser.parse(Array("[a,a,a,a,a,a,a,a,a]".utf8), limits: limits) }
    }

    @Test func `aliases stand for no more text than a file may have, nor for more nodes than ten documents may`() throws
    {
        let text = "- &a \(String(repeating: "x", count: 1 << 20))\n"
        #expect(throws: Never.self) { try Parser.parse(Array((text + "- *a\n- *a\n- *a\n- *a\n").utf8)) }
        let error = #expect(throws: YAMLError.self) {
            try Parser.parse(Array((text + "- *a\n- *a\n---\n" + text + "- *a\n- *a\n- *a\n").utf8))
        }
        #expect(error?.message == "the aliases of this file stand for too much: split it, or write some of them out")
        let many =
            "---\na: &a [" + Array(repeating: "x", count: 999).joined(separator: ", ") + "]\nb: [*a, *a, *a, *a, *a]\n"
        #expect(throws: Never.self) { try Parser.parse(Array(String(repeating: many, count: 20).utf8)) }
        #expect(throws: YAMLError.self) { try Parser.parse(Array(String(repeating: many, count: 21).utf8)) }
    }

    @Test func `a tag ends where libyaml ends the line`() throws {
        for lineBreak in ["\u{85}", "\u{2028}", "\u{2029}", "\n", "\r"] {
            let root = try #require(Parser.parse(Array("- !x\(lineBreak)  a: b\n".utf8)).documents.first)
            let item = try #require(root.items.first)
            #expect(item.span.lowerBound <= item.entries[0].key.span.lowerBound)
        }
    }

    @Test func `many keys are looked through for duplicates in passable time`() {
        let keys = (0..<100_000).map { "key\($0): 1\n" }.joined()
        #expect(throws: Never.self) { try Parser.parse(Array(keys.utf8)) }
        #expect(throws: YAMLError.self) { try Parser.parse(Array((keys + "key7: 2\n").utf8)) }
    }

    @Test func `NEL and U+2028 are found wherever they stand`() throws {
        #expect(
            try Parser.parse(Array("a: é\n# x\u{2028}# y\n".utf8)).firstUnicodeLineBreak == Position(line: 2, column: 4)
        )
        #expect(try Parser.parse(Array("# \u{85}\n".utf8)).firstUnicodeLineBreak == Position(line: 1, column: 3))
        #expect(try Parser.parse(Array("a: é\u{2026}\n".utf8)).firstUnicodeLineBreak == nil)
    }

    @Test(arguments: [
        "", "\n", "# nothing\n", "---\n", "---\n---\n", "a\n", "\u{FEFF}", "--- |\n  text\n", "a: 1\n...\n---\nb: 2\n",
    ])
    func `documents may be empty, bare or many`(text: String) throws {
        _ = try Parser.parse(Array(text.utf8)).documents.map { ($0.scalar, $0.entries.count, $0.path) }
    }

    @Test func `no prefix of a file crashes the parser`() {
        let text = Array(
            "\u{FEFF}a: &x {b: [1, \"é\\u263A\"], c: !!str 'x'}\r\n<<: *x\r\nd: |-\r\n  t\r\n---\r\n? e\r\n: >\r\n  f\r\n"
                .utf8)
        for length in 0...text.count { _ = try? Parser.parse(Array(text[..<length])).documents.map { Value($0) } }
    }
}
