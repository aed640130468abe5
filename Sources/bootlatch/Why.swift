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
    let name = reply.formerly.map { ["\($0) stands in no manifest any more; its machine is \(reply.host) now"] } ?? []
    return (name + reply.interfaces.map { $0.text(of: reply.host) }).joined(separator: "\n")
}

extension WhyInterface {
    fileprivate func text(of host: String) -> String {
        var lines = ["\(host) \(status.mac): \(status.decision), \(status.reason)"]
        if let since = status.since {
            lines.append(
                "  last changed at \(since.location) by \(since.author) in \(since.commit.prefix(8)), \(since.committedAt)"
            )
        }
        if let because { lines.append("  because: \(because)") }
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
        if let shown { lines.append("  its machine shows \(shown.text)") }
        lines += seen.map { "  \($0)" }
        lines += rules.map { "  \($0.text)" }
        lines += conditions.map { "  to arm it, \($0.text)" }
        lines += refuse.filter { $0.location != nil }.map { "  refused with \($0.text)" }
        let defaults = refuse.filter { $0.location == nil }.map { "\($0.field): \($0.value)" }
        if !defaults.isEmpty { lines.append("  refused with \(defaults.joined(separator: "; ")); by default") }
        if let intent {
            lines.append(
                "  owed to the repo: \(intent.reason), \(intent.state)\(intent.blockedBy.map { ": \($0)" } ?? "")")
        }
        return (lines + ["  \(status.explanation)", "  To change this: \(next)"]).joined(separator: "\n")
    }
}

extension WhyInterface.Rule {
    /// With its verdict, and what decided it.
    fileprivate var text: String {
        "\(refusal == nil ? "ok" : "NO") \(question)\(refusal.map { ": \($0)" } ?? "")"
            + place(location, commit, author, committedAt)
    }
}

extension WhyInterface.Condition {
    fileprivate var text: String { condition + place(location, commit, author, committedAt) }
}

extension WhyInterface.Refuse {
    fileprivate var text: String { "\(field): \(value)" + place(location, commit, author, committedAt) }
}

extension ShownReply {
    fileprivate var text: String {
        let parts = [serial.map { "the serial \($0)" }, uuid.map { "the UUID \($0)" }].compactMap { $0 }
        return "\(parts.isEmpty ? "neither serial nor UUID" : parts.joined(separator: " and ")) since \(since)"
    }
}

/// Where something stands, and who wrote it, in parentheses.
private func place(_ location: String?, _ commit: String?, _ author: String?, _ committedAt: String?) -> String {
    let by = commit.map { "\($0.prefix(8)) by \(author ?? "?"), \(committedAt ?? "?")" }
    let origin = [location, by].compactMap { $0 }.joined(separator: ", ")
    return origin.isEmpty ? "" : " (\(origin))"
}
