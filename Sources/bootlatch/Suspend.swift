import ArgumentParser
import Web

struct Suspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Commit, in your name, that a machine, or none at all, netboots until `resume`.",
        discussion: """
            A host gets the annotation bootlatch.dev/suspend. Without HOST a policy that suspends everything is added: nobody netboots, \
            and nothing is written back; what is owed to the repo stays owed. Boots that run go no further. Nothing is spent, and \
            deadlines run on.
            """)

    @OptionGroup var edit: SuspendOptions

    func run() async throws { try await edit.run("/v1/suspend") }
}

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Commit, in your name, the end of what `suspend` began; comments stay.")

    @OptionGroup var edit: SuspendOptions

    func run() async throws { try await edit.run("/v1/resume") }
}

struct SuspendOptions: ParsableArguments {
    @Argument(help: "A host or a MAC; everything without it.")
    var host: String?

    @OptionGroup var commit: CommitOptions
    @OptionGroup var options: ClientOptions

    func run(_ path: String) async throws {
        let (name, email) = try commit.person()
        let reply: SuspendReply = try await options.client().post(
            path, SuspendRequest(host: host, reason: commit.reason, author: name, email: email))
        try options.show(reply, suspendText)
    }
}

func suspendText(_ reply: SuspendReply) -> String {
    let host = reply.host.map { "\($0): " } ?? ""
    let stop = reply.suspended.map { "\nsuspended by \($0.location)\($0.reason.isEmpty ? "" : ": \($0.reason)")" } ?? ""
    return "\(host)\(reply.did), in \(reply.commit.prefix(8)), pushed\(stop)"
}
