import Foundation
import Testing

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
        #expect(
            run.output.contains(
                "whose signature is still asked for since an unsigned commit before these took a `signedBy` away"))
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
        #expect(fork.output.contains("main has moved on: its commits since then are not looked at"))
        let straight = try await repo.plan("main..topic", "-o", "json")
        #expect(!straight.output.contains("moved on"))
        #expect(straight.output.contains(#""kind" : "forcePush""#))
        #expect(straight.output.contains("held:forcePush"))
        #expect(straight.output.contains("write OLD...NEW"))
    }

    @Test func `a base that is not the newest of its branch is told, as far as the clone knows`() async throws {
        let repo = try await PlanRepo()
        let base = try await repo.git("rev-parse", "HEAD")
        _ = try await repo.git("checkout", "--quiet", "-b", "topic")
        try repo.set("node-01", "true")
        try await repo.commit("Install node-01")
        let fresh = try await repo.plan("--merge", "\(base)..topic")
        #expect(!fresh.output.contains("moved on"), "\(fresh.output)")
        _ = try await repo.git("checkout", "--quiet", "main")
        try repo.set("node-02", "true")
        try await repo.commit("Install node-02")
        for range in ["\(base)..topic", "main...topic"] {
            for format in ["table", "markdown", "json"] {
                let run = try await repo.plan("--merge", range, "-o", format)
                #expect(
                    run.output.contains("main has moved on: its commits since then are not looked at"), "\(run.output)")
            }
        }
        // What lies on the branch itself is history.
        try repo.set("node-02", "false")
        try await repo.commit("Node-02 is done")
        #expect(try await !repo.plan("HEAD~2..HEAD~1").output.contains("moved on"))
        #expect(try await !repo.plan("HEAD~1..HEAD").output.contains("moved on"))
        // Brought up to date.
        _ = try await repo.git("checkout", "--quiet", "topic")
        _ = try await repo.git("merge", "--quiet", "-m", "Merge main", "main")
        #expect(try await !repo.plan("\(base)..topic").output.contains("moved on"))
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
        // An ssh-keygen that takes notes.
        let log = repo.scratch.path + "/log"
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        try repo.scratch.write(
            "bin/ssh-keygen", "#!/bin/sh\necho \"$*\" >>\(log)\nPATH=\(path) exec ssh-keygen \"$@\"\n")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: repo.scratch.path + "/bin/ssh-keygen")

        func verified() async throws -> Int {
            let environment = ["PATH": "\(repo.scratch.path)/bin:\(path)"]
            for arguments in [["plan", "HEAD~1..HEAD"], ["history", "node-01"]] {
                let run = try await CommandRun.run(
                    ["/usr/bin/env", "-C", repo.path, CommandRun.bootlatch] + arguments, environment: environment)
                #expect(run.status < 2, "\(run.errors)")
            }
            let lines = (try? repo.scratch.text("log"))?.split(separator: "\n") ?? []
            return lines.count { $0.hasPrefix("-Y verify ") }
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
