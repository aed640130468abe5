import ArgumentParser
import Foundation
import Git
import Inventory
import Journal

struct State: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move a daemon to another machine, with what it knows of used permissions.",
        subcommands: [Export.self, Import.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the journal into a file, also while the daemon runs.",
            discussion: "Stop the daemon before, or at once after: what happens to it later is not in the file.")

        @OptionGroup var copy: StateOptions

        func run() async throws {
            let settings = try copy.settings.load()
            try copy.show(
                try JournalCopy.export(
                    journal: Daemon.journal(in: settings.state), to: copy.file,
                    version: Bootlatch.configuration.version, at: Instant(seconds: Int64(time(nil)))), "exported")
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make such a file the journal of a daemon that has none yet.",
            discussion:
                "The state folder must be empty, and the settings must name the repo and the branch of the file.")

        @OptionGroup var copy: StateOptions

        func run() async throws {
            let settings = try copy.settings.load()
            let header = try JournalCopy.header(of: copy.file)
            guard settings.url == header.url, settings.branch == header.branch else {
                throw ClientError(
                    description:
                        "\(copy.file) is about \(address(header.url)), branch \(header.branch), and the settings say "
                        + "\(settings.url.map(address) ?? "nothing"), branch \(settings.branch): "
                        + "another repo or branch begins anew, so set `inventory.url` and `inventory.branch` as they were"
                )
            }
            try Daemon.makeFolder(settings.state)
            let lock = try StateLock(settings.state)
            let files = try FileManager.default.contentsOfDirectory(atPath: settings.state).filter { $0 != "lock" }
            guard files.isEmpty else {
                throw ClientError(
                    description:
                        "the state folder \(settings.state) is not empty (\(files.sorted().prefix(3).joined(separator: ", "))): "
                        + "name another one as `state`, or remove what is in it")
            }
            let restored = try JournalCopy.restore(copy.file, to: Daemon.journal(in: settings.state))
            withExtendedLifetime(lock) {}
            try copy.show(restored, "imported")
        }
    }
}

struct StateOptions: ParsableArguments {
    @Argument(help: "The file.")
    var file: String

    @Option(name: .shortAndLong, help: "table or json.")
    var output = ClientOptions.Output.table

    @OptionGroup var settings: SettingsOptions

    func show(_ copy: JournalCopy, _ did: String) throws {
        let reply = StateReply(
            file: file, url: address(copy.url), branch: copy.branch, tip: copy.tip, exportedAt: copy.exportedAt,
            version: copy.version)
        switch output {
        case .json: print(try json(reply))
        case .table:
            print(
                "\(did) \(file): \(reply.url) \(reply.branch) at \(reply.tip?.prefix(8) ?? "no commit yet"), as of \(reply.exportedAt)"
            )
        }
    }
}

/// What `state export -o json` and `state import -o json` print.
struct StateReply: Codable {
    var file: String
    var url: String
    var branch: String
    var tip: String?
    var exportedAt: String
    var version: String
}

/// Without a password.
private func address(_ url: String) -> String { (try? RemoteAddress(url)).map { "\($0)" } ?? url }
