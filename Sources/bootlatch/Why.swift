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
        lines += interface.rules.map { "  \($0.text)" }
        for condition in interface.conditions {
            lines.append("  to arm it, \(condition.condition)\(condition.location.map { " (\($0))" } ?? "")")
        }
        if let intent = interface.intent {
            lines.append(
                "  owed to the repo: \(intent.reason), \(intent.state)\(intent.blockedBy.map { ": \($0)" } ?? "")")
        }
        return (lines + ["  \(status.explanation)", "  To change this: \(interface.next)"]).joined(separator: "\n")
    }.joined(separator: "\n")
}

extension WhyInterface.Rule {
    /// With its verdict, and what decided it.
    fileprivate var text: String {
        let by = commit.map { "\($0.prefix(8)) by \(author ?? "?"), \(committedAt ?? "?")" }
        let origin = [location, by].compactMap { $0 }.joined(separator: ", ")
        return "\(refusal == nil ? "ok" : "NO") \(question)\(refusal.map { ": \($0)" } ?? "")"
            + (origin.isEmpty ? "" : " (\(origin))")
    }
}
