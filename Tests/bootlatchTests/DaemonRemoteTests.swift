import Foundation
import GitServers
import NIOCore
import NIOHTTP1
import Simulate
import Testing
import Web

/// A running daemon and the remote that it writes to.
@Suite(.timeLimit(.minutes(10)))
struct DaemonRemoteTests {
    @Test func `two hundred webhooks at once are one commit for each host, in few pushes`() async throws {
        let count = 200
        let lab = try ServedLab(isInMemory: true)
        try lab.git("--git-dir", lab.path("remote.git"), "config", "core.logAllRefUpdates", "true")
        let policy = """
            apiVersion: bootlatch.dev/v1
            kind: BootPolicy
            metadata: {name: lab}
            spec: {limits: {armedPerCommit: \(count)}}

            """
        let daemon = try await lab.start(set: ["writeBack.window=1s", "inventory.interval=1h"])
        try lab.commit(["policies/lab.yaml": policy].merging(Self.machines(count, isOn: false)) { $1 })
        try await daemon.reconcile()
        try lab.commit(Self.machines(count, isOn: true))
        try await daemon.reconcile()
        let hooks = try await Self.atOnce(count) { number in
            let path = "/boot/\(Self.mac(number).replacing(":", with: "-"))/script.ipxe?platform=efi"
            let script = try await HTTPClient().request(
                .GET, .tcp(host: "127.0.0.1", port: daemon.port), path: path, deadline: Self.soon
            ).text
            let hook = try #require(script.firstRange(of: "/hooks/"), "refused: \(script)")
            return String(script[hook.lowerBound...].prefix { !$0.isWhitespace })
        }
        let before = try lab.pushes()
        let answers = try await Self.atOnce(count) { try await daemon.report(hooks[$0]).status }
        #expect(answers.allSatisfy { $0 == 200 })
        try await daemon.until("nothing owed", within: .seconds(180)) { try await daemon.status().intents.isEmpty }
        let subjects = try lab.git("--git-dir", lab.path("remote.git"), "log", "--format=%s", "main")
            .split(separator: "\n").filter { $0.hasPrefix("Disable PXE") }
        #expect(subjects.count == count && Set(subjects).count == count)
        let pushes = try lab.pushes() - before
        #expect((1...5).contains(pushes), "\(pushes) pushes")
        let files = try lab.git("--git-dir", lab.path("remote.git"), "grep", "-c", "allowPXE: false", "main")
        #expect(files.split(separator: "\n").count == count + 1)
        let reasons = try await daemon.status().hosts.flatMap(\.interfaces).map(\.reason)
        #expect(reasons.count == count + 1 && reasons.allSatisfy { $0 == "off" })
        // What we wrote brings nothing about.
        let tip = try lab.git("--git-dir", lab.path("remote.git"), "rev-parse", "main")
        try await daemon.reconcile()
        try await daemon.reconcile()
        #expect(try lab.git("--git-dir", lab.path("remote.git"), "rev-parse", "main") == tip)
    }

    @Test(.enabled(if: Route.http.isInstalled, "python3 is not installed: it serves git http-backend"))
    func `a token that expires is told for one, and its new file is used without a restart`() async throws {
        let lab = try ServedLab()
        try "old".write(toFile: lab.path("secret"), atomically: true, encoding: .utf8)
        try "old\n".write(toFile: lab.path("token"), atomically: true, encoding: .utf8)
        let server = try Server.http(lab.path("remote.git"), secret: lab.path("secret"))
        let daemon = try await lab.start(
            url: "http://127.0.0.1:\(server.port)/locked/remote.git",
            set: ["inventory.auth.tokenFile=\(lab.path("token"))"])
        let hook = try await lab.boot(on: daemon)

        try "new".write(toFile: lab.path("secret"), atomically: true, encoding: .utf8)
        #expect(try await daemon.report(hook).status == 200)
        try await daemon.reconcile()
        #expect(
            try await daemon.status().remote.trouble?.contains("it refused the token; see that it is right") == true)
        try await daemon.process.line("pass failed", "refused the token")
        #expect(try await daemon.reason() == "spent:provisioned")
        try FileManager.default.removeItem(atPath: lab.path("token"))
        try await daemon.reconcile()
        #expect(try await daemon.status().remote.trouble?.contains("can't read \(lab.path("token"))") == true)

        try "new\n".write(toFile: lab.path("token"), atomically: true, encoding: .utf8)
        try await daemon.until("off") { try await daemon.reason() == "off" }
        #expect(try lab.disarms() == 1)
        #expect(try await daemon.status().remote.trouble == nil)
        try await daemon.process.line("remote can be read again")
    }

    @Test func `status, events and log say why the remote refuses a commit, and a reconcile tries it again`()
        async throws
    {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let hook = try await lab.boot(on: daemon)
        let file = lab.path("remote.git/hooks/pre-receive")
        try "#!/bin/sh\necho asked >> asked\necho 'main is protected, ask Ada' >&2\nexit 1\n".write(
            toFile: file + ".text", atomically: true, encoding: .utf8)
        try runProgram(["install", "-m", "755", file + ".text", file])
        #expect(try await daemon.report(hook).status == 200)
        let line = try await daemon.process.line("nothing written back yet", "main is protected, ask Ada")
        #expect(line.contains("pre-receive hook declined"))
        let owed = try await daemon.status().intents
        #expect(owed.map(\.state) == ["blocked"])
        #expect(owed.first?.blockedBy?.contains("main is protected, ask Ada") == true)
        #expect(try await daemon.events().contains { $0.hasPrefix("blocked ") && $0.contains("ask Ada") })
        #expect(try await daemon.reason() == "spent:provisioned")
        #expect(try String(contentsOfFile: lab.path("remote.git/asked"), encoding: .utf8) == "asked\n")
        try FileManager.default.removeItem(atPath: file)
        try await daemon.until("off") { try await daemon.reason() == "off" }
        #expect(try lab.disarms() == 1)
    }

    private static var soon: ContinuousClock.Instant { .now.advanced(by: .seconds(120)) }

    private static func atOnce<Value: Sendable>(
        _ count: Int, _ work: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            for number in 0..<count { group.addTask { (number, try await work(number)) } }
            var values: [Int: Value] = [:]
            for try await (number, value) in group { values[number] = value }
            return (0..<count).compactMap { values[$0] }
        }
    }

    private static func mac(_ number: Int) -> String {
        "52:54:00:ff:00:" + (number < 16 ? "0" : "") + String(number, radix: 16)
    }

    private static func machines(_ count: Int, isOn: Bool) -> [String: String] {
        var files: [String: String] = [:]
        for number in 0..<count {
            files["inventory/rack/m\(number).yaml"] = """
                apiVersion: tinkerbell.org/v1alpha1
                kind: Hardware
                metadata: {name: m\(number)}
                spec:
                  interfaces:
                    - dhcp: {mac: "\(mac(number))"}
                      netboot:
                        allowPXE: \(isOn)
                        ipxe:
                          contents: |
                            #!ipxe
                            kernel {{artifacts}}/vmlinuz hook={{hookURL}}

                """
        }
        return files
    }
}

extension ServedLab {
    /// Writes these files into the remote's branch, as one commit.
    fileprivate func commit(_ files: [String: String]) throws {
        let clone = folder.appending(path: "clone")
        for (path, text) in files {
            let file = clone.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        try git("add", "-A")
        try git("commit", "-qm", "machines")
        try git("push", "-q", "origin", "HEAD:main")
    }

    /// How often the remote's branch was moved.
    fileprivate func pushes() throws -> Int {
        try String(contentsOfFile: path("remote.git/logs/refs/heads/main"), encoding: .utf8).split(separator: "\n")
            .count
    }
}
