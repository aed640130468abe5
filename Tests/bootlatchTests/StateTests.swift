import Foundation
import Simulate
import Testing
import Web

/// A daemon that moves to another machine: its journal in a file.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct StateTests {
    private func state(_ lab: ServedLab, _ verb: String, in folder: String) throws -> String {
        try runProgram([
            DaemonProcess.program, "state", verb, lab.path("moved"), "--set", "state=\(lab.path(folder))",
            "--set", "inventory.url=\(lab.path("remote.git"))",
        ])
    }

    private func failure(_ work: () throws -> String) -> String {
        do { return "did not fail: \(try work())" } catch { return "\(error)" }
    }

    @Test func `a machine that reported stays refused by the next daemon, which pays what the first one owed`()
        async throws
    {
        let lab = try ServedLab()
        let first = try await lab.start()
        let hook = try await lab.boot(on: first)
        try FileManager.default.moveItem(atPath: lab.path("remote.git"), toPath: lab.path("away.git"))
        #expect(try await first.report(hook).status == 200)
        // While it runs.
        #expect(try state(lab, "export", in: "state").contains("exported"))
        #expect(failure { try state(lab, "import", in: "state") }.contains("another Bootlatch uses"))
        first.process.send(SIGTERM)
        try await first.process.ended()
        #expect(failure { try state(lab, "import", in: "state") }.contains("is not empty"))
        #expect(try state(lab, "import", in: "second").contains("imported"))

        let second = try await lab.start(set: ["state=\(lab.path("second"))"])
        #expect(try await !second.script().contains("/hooks/"))
        try FileManager.default.moveItem(atPath: lab.path("away.git"), toPath: lab.path("remote.git"))
        try await second.until("committed") { try lab.disarms() == 1 }
        #expect(try await !second.script().contains("/hooks/"))
        try await second.until("off") { try await second.reason() == "off" }
        // A machine without an answer asks again, and its token is known.
        #expect(try await second.report(hook).status == 200)
        #expect(try await second.events().contains { $0.hasPrefix("spent provisioned: webhook") })
        #expect(try await second.status().journal.old == nil)
    }

    @Test func `a daemon on a state folder from before its own commits says so, and lets nobody in for what it forgot`()
        async throws
    {
        let lab = try ServedLab()
        let first = try await lab.start()
        try await first.reconcile()
        try lab.push(isOn: true, "reinstall node-01")
        try await first.reconcile()
        _ = try state(lab, "export", in: "state")
        #expect(try await first.report(try await first.boot()).status == 200)
        try await first.until("committed") { try lab.disarms() == 1 }
        try lab.push(isOn: true, "once more")
        try await first.until("armed") { try await first.reason() == "armed" }
        // It boots, and ends before a report: what the repo holds does not depend on when a push ends.
        _ = try await first.boot()
        first.process.send(SIGKILL)
        try await first.process.ended()

        _ = try state(lab, "import", in: "second")
        let second = try await lab.start(set: ["state=\(lab.path("second"))"])
        try await second.until("held") { try await second.reason() == "held:oldState" }
        #expect(try await !second.script().contains("/hooks/"))
        #expect(try await second.status().journal.old?.contains("older than the repo") == true)
        #expect(try await second.events().contains { $0.hasPrefix("alert the state folder is older than the repo") })
        try await second.process.line("state folder older than the repo")
        // A toggle is a new wish.
        try lab.push(isOn: false, "off")
        try lab.push(isOn: true, "on")
        try await second.until("armed") { try await second.reason() == "armed" }
        _ = try await second.boot()
        #expect(try await second.status().journal.old == nil)
    }

    @Test func `a damaged file, another repo or no journal change nothing`() async throws {
        let lab = try ServedLab()
        #expect(failure { try state(lab, "export", in: "state") }.contains("there is no journal"))
        let daemon = try await lab.start()
        try await daemon.reconcile()
        _ = try state(lab, "export", in: "state")
        daemon.process.send(SIGTERM)
        try await daemon.process.ended()
        let other = failure {
            try runProgram([
                DaemonProcess.program, "state", "import", lab.path("moved"), "--set", "state=\(lab.path("second"))",
                "--set", "inventory.url=/srv/other.git",
            ])
        }
        #expect(other.contains("set `inventory.url`"), "\(other)")
        let whole = try Data(contentsOf: URL(filePath: lab.path("moved")))
        for length in [0, 10, whole.count / 2, whole.count - 1] {
            try whole.prefix(length).write(to: URL(filePath: lab.path("moved")))
            let text = failure { try state(lab, "import", in: "second") }
            #expect(text.contains(length < 100 ? "is no file of" : "cut off or damaged"), "\(text)")
        }
        let left = (try? FileManager.default.contentsOfDirectory(atPath: lab.path("second"))) ?? []
        #expect(left.filter { $0 != "lock" } == [])
    }
}
