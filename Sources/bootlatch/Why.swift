import ArgumentParser
import Web

struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The decision for a machine, each rule that led to it, and what to do to change it.")

    @Argument(help: "A host or a MAC.")
    var host: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let reply: WhyReply = try await options.client().get("/v1/why", ["host": host])
        try options.show(reply, whyText)
    }
}

func whyText(_ reply: WhyReply) -> String {
    reply.interfaces.map { interface in
        let status = interface.status
        var lines = ["\(reply.host) \(status.mac): \(status.decision), \(status.reason)"]
        if let since = status.since {
            lines.append(
                "  last changed at \(since.location) by \(since.author) in \(since.commit.prefix(8)), \(since.committedAt)"
            )
        }
        if let because = interface.because { lines.append("  because: \(because)") }
        if let arming = status.arming {
            lines.append(
                "  arming \(arming.id), made by \(arming.armedBy.commit.prefix(8)) (\(arming.armedBy.author)) at \(arming.armedBy.location)"
            )
            lines.append(
                "  seen \(arming.seenAt), deadline \(arming.deadline), boots: \(arming.fullBoots) of \(arming.fullAttempts) full, "
                    + "\(arming.earlyBoots) of \(arming.earlyAttempts) early")
            if let ending = arming.ending {
                lines.append("  \(ending) at \(arming.endedAt ?? "?"): \(arming.evidence ?? "")")
            }
        }
        for rule in interface.rules {
            lines.append(
                "  \(rule.refusal == nil ? "ok" : "NO") \(rule.question)\(rule.refusal.map { ": \($0)" } ?? "")")
        }
        if let intent = interface.intent {
            lines.append(
                "  owed to the repo: \(intent.reason), \(intent.state)\(intent.blockedBy.map { ": \($0)" } ?? "")")
        }
        return (lines + ["  next: \(interface.next)"]).joined(separator: "\n")
    }.joined(separator: "\n")
}
