import Testing

@testable import YAML

struct NodeTests {
    private func root(_ text: String) throws -> Node { try #require(Parser.parse(Array(text.utf8)).documents.first) }

    @Test(arguments: [
        "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "!!bool true", "!!bool \"true\"", "!!bool yes",
    ])
    func `these are on`(text: String) throws { #expect(try root("a: \(text)")["a"]?.bool == true) }

    @Test(arguments: ["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "!!bool false"])
    func `these are off`(text: String) throws { #expect(try root("a: \(text)")["a"]?.bool == false) }

    @Test(arguments: [
        "\"true\"", "'true'", "!!str true", "! true", "1", "0", "tRUE", "y", "n", "", "~", "[true]", "{true: 1}",
        "|\n  true",
        "!!bool 1", "!other true",
    ])
    func `these are no booleans`(text: String) throws { #expect(try root("a: \(text)")["a"]?.bool == nil) }

    @Test(arguments: [
        ("12", Node.Scalar.integer(12)), ("-1", .integer(-1)), ("0", .integer(0)), ("010", .number("010")),
        ("0x1F", .number("0x1F")),
        ("1.5", .number("1.5")), ("1e3", .number("1e3")), (".inf", .number(".inf")), ("22.04", .number("22.04")),
        ("10.0.0.1", .text("10.0.0.1")), ("52:54:00:12:34:56", .text("52:54:00:12:34:56")),
        ("525400123456", .integer(525_400_123_456)),
        ("52e400123456", .number("52e400123456")), ("2026-11-20", .text("2026-11-20")), ("-", .text("-")),
        ("...x", .text("...x")),
        ("\"12\"", .text("12")), ("!!str 12", .text("12")), ("!!int 12", .integer(12)), ("null", .null), ("~", .null),
        ("", .null),
        ("node-1", .text("node-1")), ("0xyz", .text("0xyz")), ("0b2", .text("0b2")), ("0o9", .text("0o9")),
        (".Inf", .number(".Inf")), ("!secret x", .tagged("!secret", "x")),
    ])
    func `scalars resolve as Kubernetes reads them`(text: String, scalar: Node.Scalar) throws {
        // A lone dash would be a list.
        let node = try root(text == "-" ? "a: ! '-'" : "a: \(text)")["a"]
        #expect(node?.scalar == scalar)
    }

    @Test func `own keys go before merged ones, and earlier merges before later ones`() throws {
        let node = try root(
            """
            x: &x {a: 1, b: 1, c: 1}
            y: &y {b: 2, c: 2, d: 2}
            both: {<<: [*x, *y], c: 3}
            one:
              <<: *y
            quoted: {"<<": 1}
            """)
        let both = node["both"]
        #expect(["a", "b", "c", "d", "e"].map { both?[$0]?.integer } == [1, 1, 3, 2, nil])
        #expect(node["one"]?["d"]?.integer == 2)
        #expect(both?["<<"] == nil)
        #expect(node["quoted"]?["<<"]?.integer == 1)
    }

    @Test func `an alias reads as its anchor, the nearest one above`() throws {
        let node = try root("a: &x [1]\nb: *x\nc: &x [2]\nd: *x\ne: [*x, 3]\n")
        #expect(node["b"]?.items.map(\.integer) == [1])
        #expect(node["d"]?.items.map(\.integer) == [2])
        #expect(node["e"]?.items.first?.items.first?.integer == 2)
        #expect(node["b"]?.kind == .alias)
        #expect(node["b"]?.resolved.kind == .sequence)
    }

    @Test func `a path names keys and items`() throws {
        let node = try root("spec:\n  interfaces:\n    - dhcp: {mac: x}\n    - {netboot: {allowPXE: true}}\n")
        #expect(
            node["spec"]?["interfaces"]?.items[1]["netboot"]?["allowPXE"]?.path == "spec.interfaces[1].netboot.allowPXE"
        )
    }
}
