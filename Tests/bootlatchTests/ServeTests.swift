import Foundation
import Programs
import Testing
import Web

@Suite(.timeLimit(.minutes(10))) struct ServeTests {
    /// `sh` lowers the soft limit to what a login shell of another time had.
    @Test func `it opens as many files as it may, not as few as its shell lets programs start with`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start(wrapper: ["/bin/sh", "-c", "ulimit -S -n 200; exec \"$@\"", "sh"])
        let limits = try String(contentsOfFile: "/proc/\(daemon.process.pid)/limits", encoding: .utf8)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
        let numbers = line.split(separator: " ").compactMap { Int($0) }
        #expect(numbers.first == min(numbers.last ?? 0, 65_536), "\(line)")
    }

    @Test(
        arguments: [
            (["inventory.url=ftp://lab/x.git"], "use a path, file://, git://, ssh://, user@host:path or http(s)://"),
            (["inventory.url=ssh://git@h:x/y.git"], "x is not a port"),
            (["inventory.auth.tokenFile=/nowhere/token"], "can't read /nowhere/token"),
            (["inventory.auth.sshKey=/nowhere/key"], "inventory.auth.sshKey: can't read /nowhere/key"),
            (["inventory.auth.knownHosts=/nowhere/hosts"], "inventory.auth.knownHosts: can't read /nowhere/hosts"),
            (["inventory.auth.caFile=/nowhere/ca"], "inventory.auth.caFile: can't read /nowhere/ca"),
            (["inventory.auth.passwordFile=/dev/null"], "needs a username beside it"),
            (["writeBack.signingKey=/nowhere/key"], "writeBack.signingKey: can't read /nowhere/key"),
            (["writeBack.branch=main"], "writeBack.branch is inventory.branch itself"),
            (["control.http=localhost"], "localhost is no HOST:PORT"),
            (["control.http=127.0.0.1:70000"], "is no HOST:PORT"),
            (["control.socket=/tmp/\(String(repeating: "s", count: 120))"], "a socket's path at most 107"),
            (["boot.interfaces=no-such-card"], "no network interface no-such-card"),
            (["boot.dhcp.mode=proxy"], "needs `boot.interfaces`"),
        ] as [([String], String)])
    func `settings that can't be used are told before anything is made`(settings: [String], says: String) async throws {
        let scratch = try Scratch()
        let good = [
            "state=\(scratch.path)/state", "inventory.url=/srv/inventory.git", "boot.address=127.0.0.1",
            "boot.dhcp.mode=off", "boot.tftp.port=0", "boot.http.port=0", "control.socket=\(scratch.path)/run/c.sock",
            "control.http=off",
        ]
        let run = try await CommandRun.run(
            [CommandRun.bootlatch, "serve"] + (good + settings).flatMap { ["--set", $0] })
        #expect(run.status == 2)
        #expect(run.errors.contains(says), "\(run.errors)")
        let made = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        #expect(made.isEmpty, "\(made)")
    }

    @Test func `a folder for the socket that can't be made is told in words`() async throws {
        let lab = try ServedLab()
        let settings = [
            "state=\(lab.path("other"))", "inventory.url=\(lab.path("remote.git"))", "boot.address=127.0.0.1",
            "boot.dhcp.mode=off", "boot.tftp.port=0", "boot.http.port=0", "control.socket=/proc/x/y",
            "control.http=off",
            "boot.loaders=\(lab.path("nowhere"))",
        ]
        let run = try await CommandRun.run([CommandRun.bootlatch, "serve"] + settings.flatMap { ["--set", $0] })
        #expect(run.status == 2)
        #expect(run.errors.contains("control.socket: can't make the folder /proc/x: "), "\(run.errors)")
        #expect(!run.errors.contains("NSCocoa"))
        #expect((run.errors + run.output).contains("boot.loaders: there is no folder \(lab.path("nowhere"))"))
    }

    @Test func `a control socket that another daemon answers at is left to it`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let settings = [
            "state=\(lab.path("other"))", "inventory.url=\(lab.path("remote.git"))", "boot.address=127.0.0.1",
            "boot.dhcp.mode=off", "boot.tftp.port=0", "boot.http.port=0", "control.socket=\(daemon.socket)",
            "control.http=off",
        ]
        let error = #expect(throws: ProgramFailed.self) {
            try runProgram([DaemonProcess.program, "serve"] + settings.flatMap { ["--set", $0] })
        }
        #expect(error?.description.contains("another Bootlatch answers at the control socket") == true)
        #expect(try await daemon.status().hosts.count == 1)
    }
}
