import Foundation
import Programs
import Testing

/// The demo as a user starts it, and the demo with each of its steps broken from outside.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DemoTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Runs the demo with temporary files in a folder of the test's own, to see that nothing of them stays.
    private func demo(
        _ arguments: [String] = [], inventory: String = root + "/inventory", policies: String = root + "/policies",
        environment: [String: String] = [:]
    ) async throws -> CommandRun {
        let temporary = try Scratch()
        let run = try await CommandRun.run(
            [CommandRun.bootlatch, "demo", "--inventory", inventory, "--policies", policies] + arguments,
            environment: environment.merging(["TMPDIR": temporary.path]) { $1 })
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == [])
        return run
    }

    @Test func `the demo tells the whole loop, and leaves nothing behind`() async throws {
        let run = try await demo()
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("Disable PXE for lab/node-01: provisioned"))
        #expect(run.output.contains("-        allowPXE: true\n+        allowPXE: false"))
        #expect(run.output.contains("Bootlatch-Arming: "))
        let story = run.output.components(separatedBy: "What Bootlatch wrote")[0]
        #expect(story.split(separator: "\n").count <= 20)
    }

    @Test func `the README shows the demo's own lines`() async throws {
        /// Without what differs from run to run.
        func stable(_ line: Substring) -> String {
            String(line).replacing(/\b[0-9a-f]{8}\b/, with: "COMMIT")
                .replacing(/\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z/, with: "TIME").replacing(
                    /\b[0-9.]+ m?s\b/, with: "N ms"
                )
                // Where the commit is not faster than the next boot.
                .replacing("the remote still says allowPXE: true, and ", with: "")
        }
        let page = try String(contentsOfFile: Self.root + "/README.md", encoding: .utf8)
        let block = page.split(separator: "```").first { $0.hasPrefix("\n 3 off") }
        let lines = try #require(block).split(separator: "\n").map(stable)
        #expect(lines.count >= 10)
        let printed = Set(try await demo().output.split(separator: "\n").map(stable))
        for line in lines { #expect(printed.contains(line), "\(line)") }
    }

    @Test(arguments: ["node-02", "lab/node-02"])
    func `another host can be named`(host: String) async throws {
        let run = try await demo(["--host", host])
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("Disable PXE for lab/node-02: provisioned"))
    }

    struct Break: Sendable, CustomTestStringConvertible {
        var step: String
        var settings: [String]
        var crash: String?
        var says: String

        init(_ step: String, _ settings: [String] = [], crash: String? = nil, says: String) {
            self.step = step
            self.settings = settings
            self.crash = crash
            self.says = says
        }

        var testDescription: String { "\(step) by \(settings.isEmpty ? crash ?? "" : settings.joined(separator: " "))" }
    }

    @Test(arguments: [
        Break("daemon", ["boot.interfaces=[nosuch0]"], says: "no network interface nosuch0"),
        Break("daemon", ["boot.dhcp.mode=off"], says: "serves no DHCP"),
        Break("daemon", ["inventory.branch=other"], says: "can't read the repo"),
        Break("off", ["boot.dhcp.mode=proxy"], says: "no lease"),
        Break("netboot", ["boot.loaders=/nonexistent"], says: "was to boot an installer"),
        Break("netboot", ["boot.http.artifacts=/nonexistent"], says: "the last answer it got: 404 for /b/"),
        Break("report", crash: "latched", says: "broke off"),
        Break("commit", ["writeBack.mode=off"], says: "nobody has committed the disarm"),
        Break("disk", crash: "pushed", says: "no daemon answers"),
    ])
    func `a broken step fails the demo by its name`(broken: Break) async throws {
        let run = try await demo(
            broken.settings.flatMap { ["--set", $0] },
            environment: broken.crash.map { ["BOOTLATCH_CRASH_AT": $0] } ?? [:])
        #expect(run.status == 2)
        #expect(run.errors.contains("the demo failed at step `\(broken.step)`"), "\(run.output)\(run.errors)")
        #expect(run.errors.contains(broken.says), "\(run.errors)")
    }

    @Test func `without manifests there is no repo`() async throws {
        let run = try await demo(inventory: "/nonexistent")
        #expect(run.status == 2)
        #expect(run.errors.contains("step `repo`: no folder /nonexistent"))
    }

    /// `git` that does nothing when it is told to push something of Ada's a second time.
    @Test func `a push that doesn't arrive is noticed in the remote`() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "git",
            """
            #!/bin/sh
            case " $* " in *" push "*) [ -e "$0.pushed" ] && exit 0; touch "$0.pushed";; esac
            PATH=${PATH#*:} exec git "$@"

            """)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.path + "/git")
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let run = try await demo(environment: ["PATH": scratch.path + ":" + path])
        #expect(run.status == 2)
        #expect(run.errors.contains("step `push`: the remote is at "), "\(run.output)\(run.errors)")
    }

    @Test func `a daemon that looks at another repo arms nobody`() async throws {
        let scratch = try Scratch()
        let clone = scratch.path + "/clone"
        try FileManager.default.createDirectory(atPath: clone, withIntermediateDirectories: true)
        for folder in ["inventory", "policies"] {
            try FileManager.default.copyItem(atPath: "\(Self.root)/\(folder)", toPath: "\(clone)/\(folder)")
        }
        try await CommandRun.git("init", "--quiet", "-b", "main", clone)
        try await CommandRun.git("-C", clone, "add", ".")
        try await CommandRun.git("-C", clone, "commit", "--quiet", "-m", "Copy")
        let run = try await demo(["--set", "inventory.url=\(clone)"])
        #expect(run.status == 2)
        #expect(run.errors.contains("step `armed`: lab/node-01 is not armed by "), "\(run.output)\(run.errors)")
    }

    /// One host like the sample's, with a profile of the test's own.
    private func lab(args: String, attempts: Int = 1) throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write("inventory/node-01.yaml", CommandLab.node)
        try scratch.write(
            "policies/lab.yaml",
            CommandLab.policy.replacing(#""hook={{hookURL}}""#, with: args).replacing(
                "{profile: installer}", with: "{profile: installer, attempts: {full: \(attempts)}}"))
        return scratch
    }

    @Test func `an installer that is told no webhook can't report`() async throws {
        let lab = try lab(args: "")
        let run = try await demo(inventory: lab.path + "/inventory", policies: lab.path + "/policies")
        #expect(run.status == 2)
        #expect(run.errors.contains("step `netboot`: the installer is told no webhook"), "\(run.output)\(run.errors)")
    }

    @Test func `a report that nobody takes fails the demo`() async throws {
        let lab = try lab(args: #""hook=http://127.0.0.1:1/hooks/x""#)
        let run = try await demo(inventory: lab.path + "/inventory", policies: lab.path + "/policies")
        #expect(run.status == 2)
        #expect(run.errors.contains("step `report`: cannot connect to 127.0.0.1:1"), "\(run.output)\(run.errors)")
    }

    /// The report goes to a server that says 200 to everything; two boots are allowed, so the next one netboots again.
    @Test func `a report that doesn't reach the daemon is noticed at the next boot`() async throws {
        let server = try Deaf()
        let lab = try lab(args: #""hook=http://127.0.0.1:\#(server.port)/hooks/x""#, attempts: 2)
        let run = try await demo(inventory: lab.path + "/inventory", policies: lab.path + "/policies")
        #expect(run.status == 2)
        #expect(run.errors.contains("step `refused`: lab/node-01 was to boot its disk"), "\(run.output)\(run.errors)")
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `--keep goes on, its commands work, and a signal ends it with nothing left`(signal: Int32) async throws {
        let (temporary, files) = (try Scratch(), try Scratch())
        let demo = try CommandRun.start(
            [
                CommandRun.bootlatch, "demo", "--keep", "--inventory", "\(Self.root)/inventory", "--policies",
                "\(Self.root)/policies",
            ],
            environment: ["TMPDIR": temporary.path], in: files)
        let output = try await eventually("the last line") { () throws -> String? in
            let text = try files.text("output")
            guard demo.isRunning else { throw CommandFailed(description: try files.text("errors")) }
            return text.contains("git clone ") ? text : nil
        }
        let commands = output.split(separator: "\n").filter { $0.hasPrefix("  ") && $0.contains(" --config ") }
        #expect(commands.count == 6)
        for command in commands where !command.contains("--follow") {
            let run = try await CommandRun.run(["/bin/sh", "-c", String(command)])
            #expect(run.status == 0, "\(command): \(run.output)\(run.errors)")
        }
        demo.send(signal)
        #expect(await demo.ended() == .exit(0))
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == [])
    }
}
