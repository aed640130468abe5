import Foundation
import Simulate
import NIOCore
import NIOHTTP1
import Testing

/// A daemon that fills templates of its repo in, and an installer that asks for them.
struct AnswersTests {
    private static let example = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples/ubuntu-autoinstall")

    /// The example's profile and templates, and the lab's machine with its first host's words.
    private func push(_ lab: ServedLab, isOn: Bool, template: String? = nil) throws {
        let (clone, files) = (lab.folder.appending(path: "clone"), FileManager.default)
        if (try? lab.git("rev-parse", "origin/main")) != nil { try lab.git("pull", "-q", "--rebase", "origin", "main") }
        for folder in ["policies", "templates"] {
            let target = clone.appending(path: folder)
            try? files.removeItem(at: target)
            try files.copyItem(at: Self.example.appending(path: folder), to: target)
        }
        let hosts = try String(contentsOf: Self.example.appending(path: "inventory/rack3.yaml"), encoding: .utf8)
        let host = hosts.components(separatedBy: "---\n")[0].replacing("52:54:00:12:34:31", with: ServedLab.mac)
            .replacing("allowPXE: false", with: "allowPXE: \(isOn)")
        try host.write(to: clone.appending(path: "inventory/node-01.yaml"), atomically: true, encoding: .utf8)
        if let template {
            let file = clone.appending(path: "templates/ubuntu/user-data.mustache")
            try template.write(to: file, atomically: true, encoding: .utf8)
        }
        try lab.git("add", "-A")
        try lab.git("commit", "-q", "--allow-empty", "-m", isOn ? "reinstall node-31" : "take stock")
        try lab.git("push", "-q", "origin", "HEAD:main")
    }

    private func ask(_ daemon: Served, _ path: String, _ method: HTTPMethod = .GET) async throws -> HTTPClient.Response
    {
        let end = ContinuousClock.now.advanced(by: .seconds(20))
        // As Proxmox's installer does.
        let body = method == .POST ? ByteBuffer(string: "{\"dmi\": {\"system\": {\"serial\": \"x\"}}}") : nil
        return try await HTTPClient().request(
            method, .tcp(host: "127.0.0.1", port: daemon.port), path: path, body: body, deadline: end)
    }

    private func path(after mark: String, in text: String) throws -> String {
        let range = try #require(text.firstRange(of: mark), "\(text)")
        let url = text[range.upperBound...].prefix { !$0.isWhitespace && $0 != "\"" }
        return String(url.drop { $0 != ":" }.dropFirst().drop { $0 != ":" }.drop { $0 != "/" })
    }

    @Test func `an installer gets its answers, also after its report, and no kernel then`() async throws {
        let lab = try ServedLab()
        let artifacts = lab.folder.appending(path: "artifacts/ubuntu/24.04")
        try FileManager.default.createDirectory(at: artifacts, withIntermediateDirectories: true)
        for name in ["vmlinuz", "initrd"] {
            try name.write(to: artifacts.appending(path: name), atomically: true, encoding: .utf8)
        }
        let daemon = try await lab.start(set: ["boot.http.artifacts=\(lab.path("artifacts"))"])
        try push(lab, isOn: false)
        try await daemon.reconcile()
        try push(lab, isOn: true)
        try await daemon.reconcile()

        let script = try await daemon.script()
        let answers = try path(after: "ds=nocloud;s=", in: script)
        #expect(answers.hasPrefix("/b/") && answers.hasSuffix("/answers/"), "\(script)")
        let kernel = answers.replacing("/answers/", with: "/kernel")
        #expect(try await ask(daemon, kernel).text == "vmlinuz")

        let userData = try await ask(daemon, answers + "user-data")
        #expect(userData.status == 200, "\(userData.text)\n\(daemon.process.log)")
        #expect(userData.headers.first(name: "content-type") == "text/plain; charset=utf-8")
        #expect(userData.text.hasPrefix("#cloud-config\nautoinstall:\n  version: 1\n"))
        #expect(userData.text.contains("    hostname: \"node-31\"\n"))
        #expect(userData.text.contains("          addresses:\n            - 10.10.20.1\n            - 10.10.20.2\n"))
        #expect(userData.text.contains("layout: {name: direct }"))
        #expect(userData.text.contains("echo \"node-31 database "))
        let hook = try path(after: "--request POST \"", in: userData.text)
        #expect(hook.hasPrefix("/hooks/"))
        #expect(try await ask(daemon, answers + "user-data", .POST).text == userData.text)
        let head = try await ask(daemon, answers + "user-data", .HEAD)
        #expect(head.status == 200 && head.text.isEmpty)
        #expect(
            try await ask(daemon, answers + "meta-data").text
                == "instance-id: \"node-31-\(ServedLab.mac)\"\nlocal-hostname: \"node-31\"\n")
        let vendor = try await ask(daemon, answers + "vendor-data")
        #expect(vendor.status == 200 && vendor.text.isEmpty)
        #expect(try await ask(daemon, answers + "network-config").status == 404)

        #expect(try await daemon.report(hook).status == 200)
        try await daemon.until("the disarm commit") { try await daemon.reason() == "off" }
        #expect(try await ask(daemon, answers + "user-data").text == userData.text)
        #expect(try await ask(daemon, kernel).status == 403)
        #expect(
            try lab.git("--git-dir", lab.path("remote.git"), "log", "-1", "--format=%s", "main").hasPrefix(
                "Disable PXE"))
        let token = answers.split(separator: "/")[1]
        #expect(!daemon.process.log.contains(token), "a token in the log")
    }

    @Test func `a broken template lets nobody in, and why says what to repair`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        try push(lab, isOn: false)
        try await daemon.reconcile()
        try push(lab, isOn: true, template: "a\n{{hookUrl}}\n")
        try await daemon.reconcile()
        #expect(try await daemon.reason() == "noPlan")
        #expect(try await !daemon.script().contains("kernel"))
        let why = try await CommandRun.run(
            [CommandRun.bootlatch, "why", ServedLab.mac, "--set", "control.socket=\(daemon.socket)"])
        let place = "policies/ubuntu.yaml:"
        #expect(why.output.contains(place), "\(why.output)\(why.errors)")
        #expect(
            why.output.contains("templates/ubuntu/user-data.mustache:2: nothing is known under {{hookUrl}}"),
            "\(why.output)")
        try push(lab, isOn: true)
        try await daemon.reconcile()
        #expect(try await daemon.reason() == "armed")
    }

    // validate

    private func validate(_ scratch: Scratch, in folder: String, _ arguments: String...) async throws -> CommandRun {
        try await CommandRun.run(["/usr/bin/env", "-C", folder, CommandRun.bootlatch, "validate"] + arguments)
    }

    @Test(arguments: [false, true])
    func `validate finds templates from the top of the work tree, else from the current folder`(isRepo: Bool)
        async throws
    {
        let scratch = try Scratch()
        let lab = URL(filePath: scratch.path).appending(path: "lab")
        try FileManager.default.copyItem(at: Self.example, to: lab)
        if isRepo { try await CommandRun.git("init", "--quiet", lab.path) }
        var run = try await validate(scratch, in: lab.path)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.errors.contains("2 file(s), 2 host(s), 0 diagnostic(s)"))
        if isRepo {
            run = try await validate(scratch, in: "/", lab.path + "/policies")
            #expect(run.status == 0, "\(run.output)\(run.errors)")
        }
        try FileManager.default.removeItem(at: lab.appending(path: "templates/ubuntu/meta-data.mustache"))
        run = try await validate(scratch, in: lab.path)
        #expect(run.status == 1)
        #expect(
            run.output
                == "policies/ubuntu.yaml:22:16: error: answers.meta-data: templates/ubuntu/meta-data.mustache: there is no such file; "
                + "commit it, or correct the path, which begins at the top of the repo. Nothing boots by profile ubuntu-24.04 until then\n"
        )
    }
}
