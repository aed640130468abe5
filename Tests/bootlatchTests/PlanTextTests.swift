import Foundation
import Testing

@testable import bootlatch

struct PlanTextTests {
    private static let reply = PlanReply(
        kind: "commits", from: "a", to: "b", steps: 1,
        changes: [
            .init(
                change: "armed", host: "lab/a|b*", mac: "52:54:00:12:34:01", before: "off", after: "armed",
                detail: "may netboot once; boots 100%\nof @ops", file: "inventory/a,b:c.yaml", line: 3, column: 7,
                commit: "0123456789", author: "Ada <ada>", committedAt: "x"),
            .init(
                change: "changed", host: "lab/b", mac: "52:54:00:12:34:02", before: "off", after: "off", detail: "new",
                file: "inventory/b.yaml", line: 1, column: 1),
        ], diagnostics: [.init(severity: "error", file: "x.yaml", line: 2, column: 3, message: "expected, 1: a\r\nb")],
        notes: ["Git alone was read"])

    @Test func `GitHub's commands escape what would end them`() {
        #expect(
            githubCommands(Self.reply) == """
                ::warning file=inventory/a%2Cb%3Ac.yaml,line=3,col=7,title=armed%3A lab/a|b*::52:54:00:12:34:01: may netboot \
                once; boots 100%25%0Aof @ops (01234567 by Ada <ada>)
                ::notice file=inventory/b.yaml,line=1,col=1,title=changed%3A lab/b::52:54:00:12:34:02: new (not committed)
                ::error file=x.yaml,line=2,col=3,title=bootlatch::expected, 1: a%0D%0Ab

                """)
    }

    @Test func `Markdown keeps its table, and calls nobody`() {
        #expect(
            planMarkdown(Self.reply) == """
                ### Bootlatch: 1 armed, 1 changed, 1 diagnostic(s)

                | | host | MAC | what | where |
                |---|---|---|---|---|
                | **armed** | lab/a\\|b\\* | `52:54:00:12:34:01` | may netboot once; boots 100% of @&#8203;ops | \
                inventory/a,b:c.yaml:3:7, 01234567 by Ada \\<ada\\> |
                | **changed** | lab/b | `52:54:00:12:34:02` | new | inventory/b.yaml:1:1, not committed |

                - **error** x.yaml:2:3: expected, 1: a b

                Git alone was read
                """)
    }

    /// Five hundred hosts in as many files, of which one is held, and as many findings.
    private static let large: PlanReply = {
        var large = reply
        large.changes = (1...500).map { number in
            var change = reply.changes[number == 400 ? 0 : 1]
            change.host = "lab/node-\(number)"
            if number == 400 { change.change = "held" }
            return change
        }
        large.diagnostics = (1...500).map { number in
            var finding = reply.diagnostics[0]
            finding.line = number
            return finding
        }
        for index in large.changes.indices { large.changes[index].detail += String(repeating: " and so on", count: 10) }
        return large
    }()

    @Test func `a comment has as much as GitHub takes, what arms or holds first, and counts the rest`() {
        let text = planMarkdown(Self.large)
        #expect((50_000..<65_000).contains(text.utf8.count))
        let lines = text.split(separator: "\n")
        #expect(lines[3].hasPrefix("| **held** | lab/node-400 |"))
        let rows = lines.count { $0.hasPrefix("| **") }
        let findings = lines.count { $0.hasPrefix("- **error**") }
        #expect(rows > 100 && findings > 100)
        #expect(text.contains("... and \(500 - rows) more changes: see the job's log"))
        #expect(findings == 500 || text.contains("... and \(500 - findings) more diagnostics: see the job's log"))
        #expect(lines.last == "Git alone was read")
        var changes = Self.large
        changes.diagnostics = []
        #expect(planMarkdown(changes).count < 65_000)
        changes.changes = []
        #expect(!planMarkdown(changes).contains("more"))
    }

    @Test func `GitHub gets ten annotations of a level at most, and the log has the others`() {
        let lines = githubCommands(Self.large).split(separator: "\n")
        for level in ["warning", "notice", "error"] {
            #expect(lines.count { $0.hasPrefix("::\(level) ") } == (level == "warning" ? 1 : 10))
        }
        #expect(
            lines.contains {
                $0.contains("title=bootlatch%3A 490 more::... and 490 more like these (1 held, 499 changed")
            })
        #expect(lines.count { !$0.hasPrefix("::") } == 490 + 491)
        #expect(Set(lines.compactMap { $0.firstMatch(of: /lab\/node-(\d+)/)?.1 }).count == 500)
    }

    @Test func `what a raised limit may release is seen in each form`() throws {
        var released = Self.reply
        released.changes[1].change = "released"
        released.diagnostics = []
        #expect(
            planTable(released).contains("\nreleased  lab/b ") && planTable(released).contains("1 armed, 1 released\n"))
        #expect(planMarkdown(released).contains("| **released** | lab/b |"))
        #expect(
            githubCommands(released).contains(
                "\n::warning file=inventory/b.yaml,line=1,col=1,title=released%3A lab/b::"))
        released.changes[1].file = "inventory/\u{1b}[31m\u{202e}b.yaml"
        let commands = githubCommands(released)
        #expect(commands.unicodeScalars.allSatisfy { $0 == "\n" || $0.isASCII && $0.value >= 32 }, "\(commands)")
        #expect(codeQuality(released).map(\.severity) == ["major", "major"])
        #expect(codeQuality(released)[1].check == "bootlatch/released")
    }

    @Test func `nothing is said in each form`() throws {
        let nothing = PlanReply(kind: "commits", from: "a", to: "b", steps: 0, changes: [], diagnostics: [], notes: [])
        #expect(planTable(nothing) == "nothing changes about netbooting")
        #expect(planMarkdown(nothing) == "### Bootlatch: nothing changes about netbooting")
        #expect(githubCommands(nothing) == "")
        #expect(try json(codeQuality(nothing)).filter { !$0.isWhitespace } == "[]")
    }

    @Test func `GitLab's entries have all that it asks for, and a fingerprint that outlives a moved line`() throws {
        let entries = codeQuality(Self.reply)
        #expect(entries.map(\.severity) == ["major", "info", "critical"])
        #expect(entries.map(\.check) == ["bootlatch/armed", "bootlatch/changed", "bootlatch/error"])
        #expect(Set(entries.map(\.fingerprint)).count == 3)
        var moved = Self.reply
        moved.changes[0].line = 30
        #expect(codeQuality(moved)[0].fingerprint == entries[0].fingerprint)
        let object = try JSONSerialization.jsonObject(with: Data(try json(entries).utf8)) as? [[String: Any]]
        let first = try #require(object?.first)
        #expect(Set(first.keys) == ["description", "check_name", "fingerprint", "severity", "location"])
        #expect((first["location"] as? [String: Any])?["path"] as? String == "inventory/a,b:c.yaml")
    }
}
