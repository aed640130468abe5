import ArgumentParser
import Web

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Hosts, their state, since when and by which commit.")

    @Argument(help: "A host or a MAC; all hosts without it.")
    var host: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let reply: StatusReply = try await options.client().get("/v1/status", ["host": host])
        try options.show(reply, statusTable)
    }
}

func statusTable(_ reply: StatusReply) -> String {
    var lines = [
        "\(reply.remote.url) \(reply.remote.branch) at \(reply.remote.tip?.prefix(8) ?? "no commit yet"), read \(reply.remote.lastGoodFetch ?? "never")"
    ]
    if let trouble = reply.remote.trouble {
        lines.append("NOT READABLE since \(reply.remote.troubleSince ?? "?"): \(trouble)")
    }
    if !reply.journal.writable {
        lines.append("JOURNAL CAN'T BE WRITTEN: nobody may netboot\(reply.journal.trouble.map { "; \($0)" } ?? "")")
    }
    if let old = reply.journal.old { lines.append("OLD STATE: \(old)") }
    if let stop = reply.suspended {
        let reason = stop.reason.isEmpty ? "" : " (\(stop.reason))"
        lines.append(
            "SUSPENDED by \(stop.location)\(reason): nobody netboots, nothing is written back; `bootlatch resume` ends it"
        )
    }
    var table = Table("HOST", "MAC", "STATE", "SINCE", "COMMIT", "BY", "AT")
    for host in reply.hosts {
        for interface in host.interfaces {
            table.add(
                host.host, interface.mac, interface.reason, interface.since?.committedAt ?? "-",
                interface.since.map { String($0.commit.prefix(8)) } ?? "-", interface.since?.author ?? "-",
                interface.since?.location ?? "-")
        }
    }
    lines.append(table.isEmpty ? "no hosts" : table.text)
    for intent in reply.intents {
        let why = intent.blockedBy.map { ", \(intent.state): \($0)" } ?? ""
        let what =
            intent.reason == "seen"
            ? "bind \(intent.host) to \(intent.mac)" : "disable \(intent.host) (\(intent.mac)), \(intent.reason)"
        lines.append("owed to the repo since \(intent.since): \(what)\(why)")
    }
    return (lines + reply.diagnostics).joined(separator: "\n")
}
