import BadInputs
import Foundation
import Glibc
import Testing
import Web

/// What status, validate and the metrics say of one broken file among a thousand.
@Suite(.serialized, .timeLimit(.minutes(15))) struct BadInputTests {
    private func host(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        let padded = String(repeating: "0", count: 4 - digits.count) + digits
        return """
            apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata: {name: rack-\(number)}
            spec:
              interfaces:
              - dhcp: {mac: "52:54:00:aa:\(padded.prefix(2)):\(padded.suffix(2))"}
                netboot: {allowPXE: false}

            """
    }

    @Test func `status, validate and metrics name the one broken file of a thousand, and only its host is affected`()
        async throws
    {
        let lab = try ServedLab()
        let inventory = lab.folder.appending(path: "clone/inventory")
        for number in 1..<1000 {
            try host(number).write(
                to: inventory.appending(path: "rack-\(number).yaml"), atomically: true, encoding: .utf8)
        }
        try lab.git("add", "-A")
        try lab.git("commit", "-qm", "a thousand hosts")
        try lab.push(isOn: false, annotation: "racks", "a note")
        let served = try await lab.start()
        let broken = inventory.appending(path: "rack-500.yaml")
        try (host(500) + "    isoboot: x: y\n").write(to: broken, atomically: true, encoding: .utf8)
        try lab.git("commit", "-qam", "a slip")
        try lab.push(isOn: true, "install node-01")
        try await served.reconcile()

        let status = try await served.status()
        let reasons = Dictionary(
            uniqueKeysWithValues: status.hosts.flatMap { host in host.interfaces.map { (host.host, $0.reason) } })
        #expect(reasons.count == 1000)
        #expect(reasons.filter { $0.value != "off" } == ["node-01": "armed", "rack-500": "suspended:broken"])
        let named = "inventory/rack-500.yaml:8:15: error: no key can stand here"
        #expect(
            status.diagnostics.count == 1 && status.diagnostics.first?.hasPrefix(named) == true, "\(status.diagnostics)"
        )

        let scrape = try await served.metrics()
        #expect(scrape.nonZero("interfaces", by: "state") == ["off": 998, "armed": 1, "suspended:broken": 1])
        #expect(scrape["hosts"] == 1000 && scrape["broken_files"] == 1 && scrape["broken_files_unnamed"] == 0)
        #expect(scrape.nonZero("broken_file_hosts", by: "path") == ["inventory/rack-500.yaml": 1])
        #expect(scrape["file_diagnostics{path=\"inventory/rack-500.yaml\",severity=\"error\"}"] == 1)
        #expect(scrape.nonZero("diagnostics", by: "severity") == ["error": 1])

        let clone = lab.folder.appending(path: "clone").path
        let run = try await CommandRun.run(["/usr/bin/env", "-C", clone, CommandRun.bootlatch, "validate", "inventory"])
        #expect(run.status == 1)
        #expect(run.output.hasPrefix(named) && run.output.split(separator: "\n").count == 1, "\(run.output)")
        #expect(run.errors.hasPrefix("1000 file(s), 999 host(s), 1 diagnostic(s)"), "\(run.errors)")
    }

    /// What a file of the allowed 4 MiB may cost at most, whatever is in it; a build without optimisation needs several times of a release's.
    private static let limits = "ulimit -v 1048576; ulimit -t 60"

    @Test(arguments: BadInput.hostile + BadInput.foreign)
    func `no file costs validate more than a gigabyte and a minute`(input: BadInput) async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a.yaml"
        try Data(input.bytes()).write(to: URL(filePath: path))
        let run = try await CommandRun.run(
            ["/bin/bash", "-c", "\(Self.limits); exec nice \"$@\"", "bash", CommandRun.bootlatch, "validate", path])
        // A limit that is reached ends it by a signal.
        #expect(run.status == 0 || run.status == 1, "\(run.status): \(run.errors.suffix(500))")
        #expect(run.status == 1 || input.says == nil)
        #expect(run.output.utf8.count < 200_000)
    }

    @Test
    func `a daemon that meets all of it at once names each file in bounded memory and time, and serves the good ones`()
        async throws
    {
        let scratch = try Scratch()
        let inputs = BadInput.hostile + BadInput.foreign
        try scratch.write("repo/inventory/good.yaml", host(1))
        for (number, input) in inputs.enumerated() {
            try Data(input.bytes()).write(to: URL(filePath: scratch.path + "/repo/inventory/bad-\(number).yaml"))
        }
        let repo = scratch.path + "/repo"
        try await CommandRun.git("init", "--quiet", "-b", "main", repo)
        try await CommandRun.git("-C", repo, "add", ".")
        try await CommandRun.git("-C", repo, "commit", "--quiet", "-m", "All that is wrong")
        try scratch.write(
            "bootlatch.yaml",
            "state: \(scratch.path)/state\ninventory: {url: \(repo)}\nboot: {address: 127.0.0.1, dhcp: {mode: off}}\n")
        let run = try await CommandRun.run(
            [
                "/bin/bash", "-c", "ulimit -v 3145728; ulimit -t 100; exec nice \"$@\"", "bash", CommandRun.bootlatch,
                "reconcile", "--once", "--config", scratch.path + "/bootlatch.yaml",
            ])
        // A limit that is reached ends it by a signal.
        #expect(run.status == 0, "\(run.status): \(run.errors.suffix(2000))")
        for (number, input) in inputs.enumerated() where input.says != nil {
            #expect(run.output.contains("inventory/bad-\(number).yaml:"), "\(input)")
        }
        let ofGood = run.output.split(separator: "\n").filter { $0.contains("inventory/good.yaml:") }
        #expect(
            ofGood.count == 1 && ofGood.first?.contains("rack-1 52:54:00:aa:00:01: unknown -> off") == true, "\(ofGood)"
        )
        #expect(run.output.utf8.count < 10_000_000)
    }

    @Test func `validate and plan read no file that is too large, follow no link and wait for no pipe`() async throws {
        let scratch = try Scratch()
        let large = scratch.path + "/inventory/large.yaml"
        try scratch.write("inventory/good.yaml", host(1))
        #expect(FileManager.default.createFile(atPath: large, contents: nil))
        // Nothing of it is on the disk; read whole, it would not fit into memory.
        #expect(truncate(large, 1 << 40) == 0)
        #expect(mkfifo(scratch.path + "/inventory/pipe.yaml", 0o600) == 0)
        #expect(symlink("good.yaml", scratch.path + "/inventory/link.yaml") == 0)
        let validate = ["/usr/bin/env", "-C", scratch.path, CommandRun.bootlatch, "validate", "inventory"]
        let run = try await CommandRun.run(validate)
        #expect(run.status == 1)
        #expect(
            run.output == """
                inventory/large.yaml:1:1: error: the file has 1099511627776 bytes, more than the limit of 4194304; split it
                inventory/link.yaml:1:1: error: a symbolic link is never followed; commit the file itself
                inventory/pipe.yaml:1:1: error: a pipe, socket or device is no manifest; remove it

                """)

        let repo = try await PlanRepo()
        let manifest = repo.path + "/inventory/large.yaml"
        #expect(FileManager.default.createFile(atPath: manifest, contents: nil))
        #expect(truncate(manifest, 50_000_000) == 0)
        let plan = try await repo.plan("WORKTREE")
        #expect(plan.status == 1)
        #expect(plan.output.contains("inventory/large.yaml:1:1: error: the file has 50000000 bytes"), "\(plan.output)")
    }
}
