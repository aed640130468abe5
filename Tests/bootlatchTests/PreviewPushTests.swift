import Foundation
import Testing

@testable import bootlatch

struct PreviewPushTests {
    @Test func `the table names what is armed, by whom and where`() async throws {
        let repo = try await PlanRepo()
        try repo.set("node-01", "true")
        try await repo.commit("Install node-01")
        let run = try await repo.plan("HEAD~1..HEAD")
        #expect(run.status == 1)
        let commit = try await repo.git("rev-parse", "--short=8", "HEAD")
        let line = try #require(run.output.split(separator: "\n").dropFirst().first).split(
            separator: " ", omittingEmptySubsequences: true)
        #expect(
            line.prefix(6) == [
                "armed", "lab/node-01", "52:54:00:12:34:01", "\(commit)", "Ada", "inventory/node-01.yaml:10:19",
            ])
        #expect(run.output.contains("may netboot once; boots vmlinuz\n1 armed\n"))
        #expect(run.output.contains("only the daemon knows"))
        #expect(run.errors == "")
    }

    @Test(arguments: [["HEAD..HEAD"], ["main...main"], ["WORKTREE"], [], ["."], ["inventory"]])
    func `nothing changes, and the exit code is 0`(arguments: [String]) async throws {
        let repo = try await PlanRepo()
        let run = try await CommandRun.run(
            ["/usr/bin/env", "-C", repo.path, CommandRun.bootlatch, "plan"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output == "nothing changes about netbooting\n")
    }

    @Test func `the files of the work tree are compared with HEAD`() async throws {
        let repo = try await PlanRepo()
        try repo.set("node-02", "true")
        for arguments in [[], ["WORKTREE"], [repo.path], [repo.path + "/inventory"]] {
            let run = try await CommandRun.run(
                ["/usr/bin/env", "-C", repo.path, CommandRun.bootlatch, "plan"] + arguments)
            #expect(run.status == 1)
            #expect(run.output.contains("armed   lab/node-02"), "\(run.output)\(run.errors)")
        }
    }

    @Test func `three dots begin where the branch forked off`() async throws {
        let repo = try await PlanRepo()
        _ = try await repo.git("checkout", "--quiet", "-b", "topic")
        try repo.set("node-01", "true")
        try await repo.commit("Install node-01")
        _ = try await repo.git("checkout", "--quiet", "main")
        try repo.set("node-02", "true")
        try await repo.commit("Install node-02")
        let fork = try await repo.plan("main...topic", "-o", "json")
        #expect(fork.output.contains("lab/node-01") && !fork.output.contains("lab/node-02"))
        #expect(fork.output.contains(#""kind" : "commits""#))
        let straight = try await repo.plan("main..topic", "-o", "json")
        #expect(straight.output.contains(#""kind" : "forcePush""#))
        #expect(straight.output.contains("held:forcePush"))
        #expect(straight.output.contains("write OLD...NEW"))
    }

    @Test func `other folders are named with --path`() async throws {
        let repo = try await PlanRepo()
        _ = try await repo.git("mv", "inventory", "machines")
        try await repo.commit("Rename")
        let without = try await repo.plan("HEAD..HEAD", "--path", "nowhere")
        #expect(without.status == 2)
        #expect(without.errors.contains("no manifest under nowhere, before or after; name your folders with --path"))
        let run = try await repo.plan("HEAD~1..HEAD", "--path", "machines", "--path", "policies")
        #expect(run.output.contains("new, and off"), "\(run.output)\(run.errors)")
    }

    @Test func `with a settings file the daemon's mirror is asked`() async throws {
        let lab = try await CommandLab()
        try await lab.push(allowPXE: true)
        try await lab.bootlatch("reconcile")
        for range in ["main~1..main", "HEAD^..HEAD", "HEAD~..", "@^..@", "HEAD~1...HEAD", "HEAD^1..main"] {
            let run = try await lab.bootlatch("plan", range)
            #expect(run.status == 1)
            #expect(run.output.contains("armed   lab/node-01"), "\(range): \(run.output)\(run.errors)")
        }
        let wrong = try await lab.bootlatch("plan", "HEADS..HEAD")
        #expect(wrong.status == 2 && wrong.errors.contains("has no commit HEADS"), "\(wrong.errors)")
        let history = try await lab.bootlatch("history", "node-01", "--rev", "HEAD")
        #expect(history.status == 0 && history.output.contains("armed"), "\(history.output)\(history.errors)")
    }

    @Test func `a mirror that is not there yet is called that`() async throws {
        let scratch = try Scratch()
        try scratch.write("lab.yaml", "state: \(scratch.path)/state\ninventory: {url: /srv/inventory.git}\n")
        let run = try await CommandRun.bootlatch("plan", "HEAD^..HEAD", "--config", scratch.path + "/lab.yaml")
        #expect(run.status == 2)
        #expect(
            run.errors.contains("no mirror of the daemon's at \(scratch.path)/state/mirror.git: has"), "\(run.errors)")
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var says: String
        var testDescription: String { arguments.joined(separator: " ") }
    }

    @Test(arguments: [
        Wrong(arguments: ["HEAD"], says: "HEAD is neither a folder nor a range; write HEAD^..HEAD"),
        Wrong(arguments: ["HEAD~9..HEAD"], says: "has no commit HEAD~9"),
        Wrong(arguments: ["main..nobody"], says: "`git fetch`, and try `git rev-parse nobody`"),
        Wrong(
            arguments: ["main..main", "--repo", "/"], says: "no git repository at / or above it; name one with --repo"),
        Wrong(arguments: ["inventory", "--repo", "."], says: "inventory is a folder: leave out --repo"),
        Wrong(arguments: ["--repo", "../bare.git"], says: "is bare and has no files; name OLD..NEW"),
        Wrong(arguments: ["main...lone"], says: "main and lone have no commit in common"),
    ])
    func `what can't be compared is an error that says what to do, and exits 2`(wrong: Wrong) async throws {
        let repo = try await PlanRepo()
        _ = try await repo.git("clone", "--quiet", "--bare", ".", "../bare.git")
        _ = try await repo.git("checkout", "--quiet", "--orphan", "lone")
        try await repo.commit("Begin")
        _ = try await repo.git("checkout", "--quiet", "main")
        let run = try await CommandRun.run(
            ["/usr/bin/env", "-C", repo.path, CommandRun.bootlatch, "plan"] + wrong.arguments)
        #expect(run.status == 2)
        #expect(run.output == "")
        #expect(run.errors.contains(wrong.says), "\(run.errors)")
    }

    @Test func `a shallow clone that misses a commit is told how to get it`() async throws {
        let repo = try await PlanRepo()
        try await repo.pullRequest()
        let clone = repo.scratch.path + "/clone"
        try await CommandRun.git("clone", "--quiet", "--depth", "2", "file://" + repo.path, clone)
        // What a pull request's check has is enough for its merge.
        let merge = try await CommandRun.bootlatch("plan", "HEAD^1..HEAD", "--repo", clone)
        #expect(merge.status == 1, "\(merge.errors)")
        #expect(merge.output.contains("armed   lab/node-01"))
        let older = try await CommandRun.bootlatch("plan", "HEAD~2..HEAD", "--repo", clone)
        #expect(older.status == 2)
        #expect(older.errors.contains("`git fetch --unshallow`"), "\(older.errors)")
        #expect(older.errors.contains("fetch-depth: 0"))
    }

    @Test(.enabled(if: PlanRepo.canSign, "needs ssh-keygen"))
    func `a signature is verified only where a policy asks for it`() async throws {
        let repo = try await PlanRepo()
        // A git that takes notes.
        let log = repo.scratch.path + "/log"
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        try repo.scratch.write("bin/git", "#!/bin/sh\necho \"$*\" >>\(log)\nPATH=\(path) exec git \"$@\"\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: repo.scratch.path + "/bin/git")

        func verified() async throws -> Int {
            let environment = ["PATH": "\(repo.scratch.path)/bin:\(path)"]
            for arguments in [["plan", "HEAD~1..HEAD"], ["history", "node-01"]] {
                let run = try await CommandRun.run(
                    ["/usr/bin/env", "-C", repo.path, CommandRun.bootlatch] + arguments, environment: environment)
                #expect(run.status < 2, "\(run.errors)")
            }
            let lines = (try? repo.scratch.text("log"))?.split(separator: "\n") ?? []
            return lines.count { $0.contains("verify-commit") }
        }
        try repo.set("node-01", "true")
        try await repo.commit("Install node-01")
        #expect(try await verified() == 0)
        try await repo.askForSignatures()
        try await repo.sign(true)
        try repo.scratch.write("repo/inventory/notes.yaml", "# signed\n")
        try await repo.commit("Take notes")
        #expect(try await verified() == 0)
        try repo.set("node-02", "true")
        try await repo.commit("Install node-02")
        // By plan, and by history.
        #expect(try await verified() == 2)
    }
}

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
