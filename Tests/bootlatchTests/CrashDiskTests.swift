import Foundation
import Simulate
import Web
import Programs
import Testing

/// Mounts need root, and a mount namespace that ends with the daemon.
private let canMount =
    (try? runProgram(["unshare", "-m", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/mnt"])) != nil
private let mountMessage: Comment = "needs root and mount namespaces (unshare -m)"

/// A state directory that can't be written: nobody netboots, and every answer says why.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CrashDiskTests {
    /// Runs what follows in a mount namespace of its own, after these commands.
    private func mounting(_ commands: String) -> [String] {
        ["unshare", "-m", "--propagation", "private", "sh", "-ec", commands + "; exec \"$@\"", "--"]
    }

    private func refusesEveryone(_ daemon: Served, _ hook: String) async throws {
        for _ in 0..<2 {
            let answer = try await daemon.report(hook)
            #expect(answer.status == 503)
            #expect(answer.text.contains("journal.sqlite can't be used"), "\(answer.text)")
            #expect(try await daemon.reason() == "journal")
            #expect(try await !daemon.script().contains("/hooks/"))
        }
        #expect(try await daemon.status().journal.writable == false)
    }

    @Test(.enabled(if: canMount, mountMessage))
    func `a full disk answers 503 and refuses everyone; with room again, the latch and its commit come by themselves`()
        async throws
    {
        let lab = try ServedLab()
        let state = lab.path("state")
        let daemon = try await lab.start(wrapper: mounting("mount -t tmpfs -o size=6m none '\(state)'"))
        let hook = try await lab.boot(on: daemon)
        let filler = "/proc/\(daemon.process.pid)/root\(state)/filler"
        try runProgram(["sh", "-c", "cat /dev/zero > '\(filler)' 2>/dev/null || true"])
        try await refusesEveryone(daemon, hook)
        #expect(try lab.disarms() == 0)
        try runProgram(["rm", filler])
        // Nobody reports a second time: the machine got its 503 and went away.
        try await daemon.process.line(" pushed", within: .seconds(30))
        #expect(try lab.disarms() == 1)
        #expect(try await daemon.report(hook).status == 200)
        try await daemon.until("off") { try await daemon.reason() == "off" }
        let events = try await daemon.events()
        #expect(events.contains { $0.contains("provisioned: webhook") }, "\(events)")
    }

    @Test(.enabled(if: canMount, mountMessage))
    func `a daemon that starts on a full disk after a report still refuses the machine after a restart`()
        async throws
    {
        let lab = try ServedLab()
        var daemon = try await lab.start()
        let hook = try await lab.boot(on: daemon)
        #expect(try await daemon.report(hook).status == 200)
        daemon.process.send(SIGKILL)
        try await daemon.process.ended()
        let state = lab.path("state")
        let copied =
            "cp -a '\(state)' '\(state).copy'; mount -t tmpfs -o size=6m none '\(state)'; cp -a '\(state).copy/.' '\(state)'"
        daemon = try await lab.start(
            wrapper: mounting(copied + "; cat /dev/zero > '\(state)/filler' 2>/dev/null || true"))
        try await daemon.reconcile()
        #expect(try await daemon.reason() == "journal")
        #expect(try await !daemon.script().contains("/hooks/"))
        #expect(try await daemon.report(hook).status == 503)
        try runProgram(["rm", "/proc/\(daemon.process.pid)/root\(state)/filler"])
        try await daemon.until("off") { try await daemon.reason() == "off" }
        #expect(try lab.disarms() == 1)
    }

    @Test(.enabled(if: canMount, mountMessage), arguments: [SIGKILL, SIGTERM])
    func `on a read-only state directory known machines boot their disks, until it can be written`(
        end: Int32
    ) async throws {
        let lab = try ServedLab()
        var daemon = try await lab.start()
        let hook = try await lab.boot(on: daemon)
        daemon.process.send(end)
        try await daemon.process.ended()
        let state = lab.path("state")
        daemon = try await lab.start(
            wrapper: mounting("mount --bind '\(state)' '\(state)'; mount -o remount,ro,bind '\(state)'"))
        try await daemon.reconcile()
        try await refusesEveryone(daemon, hook)
        try runProgram([
            "nsenter", "-t", "\(daemon.process.pid)", "-m", "mount", "-o", "remount,rw,bind", state,
        ])
        // By itself, with the next beat.
        try await daemon.process.line("journal can be written", within: .seconds(15))
        #expect(try await daemon.report(hook).status == 200)
        #expect(try await !daemon.script().contains("/hooks/"))
        try await daemon.until("committed") { try lab.disarms() == 1 }
    }
}

private let canTrace: Bool = {
    guard (try? runProgram(["strace", "-o", "/dev/null", "true"])) != nil else { return false }
    let scope = try? String(contentsOfFile: "/proc/sys/kernel/yama/ptrace_scope", encoding: .utf8)
    return geteuid() == 0 || scope?.first == "0"
}()

@Suite(.timeLimit(.minutes(10)))
struct CrashOrderTests {
    @Test(.enabled(if: canTrace, "needs strace, and the right to attach it"))
    func `the journal is synced to disk before the webhook's 200 is written`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let hook = try await lab.boot(on: daemon)
        let calls = "trace=read,recvfrom,recvmsg,fsync,fdatasync,write,writev,sendto,sendmsg"
        let strace = try DaemonProcess([
            "strace", "-f", "-y", "-s", "64", "-e", calls, "-o", lab.path("calls"), "-p", "\(daemon.process.pid)",
        ])
        try await strace.line("attached")
        #expect(try await daemon.report(hook).status == 200)
        // Not strace itself, which hangs when it is ended while one of the threads waits for a program that it starts.
        daemon.process.send(SIGKILL)
        try await strace.ended()
        let lines = try String(contentsOfFile: lab.path("calls"), encoding: .utf8).split(separator: "\n").map(
            String.init)
        let asked = try #require(lines.firstIndex { $0.contains("POST \(hook)") }, "the request was not seen")
        let answered = try #require(lines.firstIndex { $0.contains("\"HTTP/1.1 200") }, "the answer was not seen")
        let synced = try #require(syncs(lines).first { $0 > asked }, "no sync of the journal was seen")
        #expect(asked < synced && synced < answered)
    }

    /// Where a sync of the journal's log returned 0. A call that another thread interrupted stands in two lines.
    private func syncs(_ lines: [String]) -> [Int] {
        var started: Set<Substring> = []
        return lines.indices.filter { index in
            let line = lines[index]
            let thread = line.prefix { $0 != " " }
            if line.contains("sync("), line.contains("journal.sqlite-wal") {
                if line.hasSuffix("<unfinished ...>") { started.insert(thread) }
                return line.hasSuffix("= 0")
            }
            guard line.contains("sync resumed>"), started.remove(thread) != nil else { return false }
            return line.hasSuffix("= 0")
        }
    }
}
