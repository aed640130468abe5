import Foundation
import Testing

/// What `-o json` prints, compared with the examples of docs/json.md: they are the goldens.
@Suite(.serialized, .timeLimit(.minutes(10))) struct JSONTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func page() throws -> String {
        String(decoding: try Data(contentsOf: root.appending(path: "docs/json.md")), as: UTF8.self)
    }

    /// The example under the heading of a command.
    private func example(_ command: String) throws -> String {
        let sections = try Self.page().components(separatedBy: "\n## ")
        let section = try #require(sections.first { $0.hasPrefix("`\(command)`\n") }, "no heading for \(command)")
        return try #require(section.components(separatedBy: "```json\n").dropFirst().first).components(
            separatedBy: "\n```")[0]
    }

    /// Values that differ in each run become their names.
    private func stable(_ run: CommandRun, in scratch: Scratch) -> String {
        run.output.trimmingCharacters(in: .newlines)
            .replacing(scratch.path, with: "/srv/lab")
            .replacing(/[0-9a-f]{40}/, with: "COMMIT")
            .replacing(/\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z/, with: "TIME")
            .replacing(/\b[0-9A-HJKMNP-TV-Z]{26}\b/, with: "ARMING")
            .replacing(/127\.0\.0\.1:[0-9]+/, with: "127.0.0.1:PORT")
            .replacing(/\/(b|hooks)\/[^\/" ]+/) { "/\($0.1)/TOKEN" }
            .replacing(/\b[0-9a-f]{8}\b(?!-)/, with: "SHORT")
    }

    private func expectExample(_ command: String, _ run: CommandRun, _ scratch: Scratch) throws {
        let printed = stable(run, in: scratch)
        #expect(printed == (try example(command)), "\(command) printed:\n\(printed)\n\(run.errors)")
    }

    @Test func `what the commands print for programs is what docs/json.md shows`() async throws {
        let lab = try await CommandLab()
        try await lab.push(allowPXE: true)
        try expectExample("reconcile", try await lab.bootlatch("reconcile", "-o", "json"), lab.scratch)
        try expectExample("status", try await lab.bootlatch("status", "-o", "json"), lab.scratch)
        try expectExample("why", try await lab.bootlatch("why", "node-01", "-o", "json"), lab.scratch)
        var boot = try await lab.bootlatch("simulate", CommandLab.mac, "--serial", "CZ204", "-o", "json")
        boot.output = try Self.withOneStep(boot.output)
        try expectExample("simulate", boot, lab.scratch)
        // The daemon's own pass over its commit comes after it has noted that the commit arrived.
        try await eventually("its commit") {
            try await lab.bootlatch("events").output.contains("  committed  ") ? true : nil
        }
        try await lab.bootlatch("reconcile")
        try expectExample("events", try await lab.bootlatch("events", "node-01", "-o", "json"), lab.scratch)
        let arm = try await lab.bootlatch("arm", "node-01", "--author", "Ada <ada@lab>", "-o", "json")
        try expectExample("arm", arm, lab.scratch)
        let disarm = try await lab.bootlatch("disarm", "node-01", "--author", "Ada <ada@lab>", "-o", "json")
        try expectExample("disarm", disarm, lab.scratch)
        let suspend = try await lab.bootlatch(
            "suspend", "node-01", "--reason", "bad PSU", "--author", "Ada <ada@lab>", "-o", "json")
        try expectExample("suspend", suspend, lab.scratch)
        let resume = try await lab.bootlatch("resume", "node-01", "--author", "Ada <ada@lab>", "-o", "json")
        try expectExample("resume", resume, lab.scratch)
        try expectExample("history", try await lab.bootlatch("history", "node-01", "-o", "json"), lab.scratch)
        let file = lab.scratch.path + "/export"
        try expectExample("state export", try await lab.bootlatch("state", "export", file, "-o", "json"), lab.scratch)
    }

    @Test func `validate prints its findings as docs/json.md shows`() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "inventory/node-01.yaml", CommandLab.node.replacing("allowPXE: false", with: "allowPXE: maybe"))
        let run = try await CommandRun.bootlatch("validate", scratch.path + "/inventory", "-o", "json")
        #expect(run.status == 1)
        try expectExample("validate", run, scratch)
    }

    @Test func `plan prints its changes as docs/json.md shows`() async throws {
        let repo = try await PlanRepo()
        try repo.set("node-01", "true")
        try await repo.commit("Install node-01")
        try expectExample("plan", try await repo.plan("HEAD~1..HEAD", "-o", "json"), repo.scratch)
    }

    @Test(arguments: [
        "Sources/Web/Replies.swift", "Sources/bootlatch/SimulateReply.swift", "Sources/bootlatch/Validate.swift",
        "Sources/bootlatch/PlanReply.swift", "Sources/bootlatch/HistoryReply.swift", "Sources/bootlatch/State.swift",
    ])
    func `docs/json.md has every field`(file: String) throws {
        let source = String(decoding: try Data(contentsOf: Self.root.appending(path: file)), as: UTF8.self)
        // Stored properties of replies; options and computed values have another form.
        let fields = source.matches(of: /^ +(?:package )?var (\w+): [\w\[\]?.]+$/.anchorsMatchLineEndings()).map(\.1)
        #expect(fields.count > 4)
        let page = try Self.page()
        #expect(fields.filter { !page.contains("`\($0)`") && !page.contains(".\($0)`") } == [])
    }

    @Test func `an error of the daemon is on standard error, and exits 2`() async throws {
        let lab = try await CommandLab()
        for command in ["status", "why", "arm"] {
            let author = command == "arm" ? ["--author", "Ada <ada@lab>"] : []
            let run = try await CommandRun.run(
                [CommandRun.bootlatch, command, "nobody", "-o", "json", "--socket", lab.scratch.path + "/control.sock"]
                    + author)
            #expect(run.status == 2)
            #expect(run.output == "")
            #expect(run.errors.contains("no host nobody in the inventory"), "\(run.errors)")
        }
    }

    /// How many steps a boot takes depends on how busy the computer is.
    private static func withOneStep(_ text: String) throws -> String {
        guard var object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
            var step = (object["steps"] as? [[String: Any]])?.first
        else { throw CommandFailed(description: text) }
        step["at"] = 0
        object["steps"] = [step]
        let data = try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }
}
