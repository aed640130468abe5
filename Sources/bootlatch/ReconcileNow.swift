import ArgumentParser
import Foundation
import Logging
import Reconcile
import Web

struct ReconcileNow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Reconcile now, wait for it, and show what changed.")

    @Option(help: "Lift what holds this host (a host or a MAC). May be repeated.")
    var accept: [String] = []

    @Flag(help: "Without a daemon: read the repo, record what it says, write what is owed, and end.")
    var once = false

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let request = ReconcileRequest(accept: accept)
        let reply: ReconcileReply
        if once {
            let daemon = try Daemon(try options.settings.load(), log: Logger(label: "bootlatch"))
            reply = try await daemon.operators.reconcile(request)
            if reply.failure == nil { _ = try await daemon.writeBack.flush() }
        } else {
            var client = try options.client()
            // The first pass of a large repo brings all of it.
            client.patience = .seconds(3600)
            reply = try await client.post("/v1/reconcile", request)
        }
        try options.show(reply, reconcileText)
        if let failure = reply.failure { throw ClientError(description: failure) }
    }
}

func reconcileText(_ reply: ReconcileReply) -> String {
    var lines = [
        "tip \(reply.tip?.prefix(8) ?? "unknown"): \(reply.commits.count) new commit(s), \(reply.files.count) file(s)"
    ]
    lines += reply.commits.map { "  commit \($0)" } + reply.files.map { "  file \($0)" }
    for change in reply.changed {
        let by = change.since.map { " at \($0.location) by \($0.author) in \($0.commit.prefix(8))" } ?? ""
        lines.append("  \(change.host) \(change.mac): \(change.before) -> \(change.after)\(by)")
    }
    if reply.changed.isEmpty, reply.failure == nil { lines.append("  no decision changed") }
    return (lines + reply.diagnostics.map { "  \($0)" }).joined(separator: "\n")
}
