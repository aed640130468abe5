import ArgumentParser
import Foundation
import Git
import Inventory
import Reconcile

struct ReadHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "When a machine was armed and how that ended, out of git alone; needs no daemon.",
        discussion: """
            Read are the commits of the branch, first parents, and their trailers. A MAC is followed through renames of files and hosts. \
            What only the daemon's journal knows, `bootlatch events HOST` says.
            """)

    @Argument(help: "A host or a MAC.")
    var host: String

    @Option(
        help: "A repository: a folder or a URL. Default: the current folder's, or with --config the daemon's mirror.")
    var repo: String?

    @Option(help: "The branch or commit to read up to. Default: HEAD; of a URL or a mirror `inventory.branch`.")
    var rev: String?

    @Option(help: "A folder of manifests in the repo. May be repeated. Default: `inventory.paths` of the settings.")
    var path: [String] = []

    @Option(name: .shortAndLong, help: "table or json.")
    var output = ClientOptions.Output.table

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        let configured = try settings.isNamed ? settings.load() : nil
        let source = try await HistorySource(repo: repo, rev: rev, configured: configured)
        let previewer = Previewer(
            repository: source.repository, paths: path.isEmpty ? (configured ?? Settings()).paths : path,
            signers: (configured ?? Settings()).signers, now: Instant(seconds: Int64(time(nil))))
        let reply = HistoryReply(try await previewer.history(of: host, at: source.tip))
        // A clone goes with its source, and not while it is read.
        withExtendedLifetime(source) {}
        switch output {
        case .table: print(historyTable(try printable(reply)))
        case .json: print(try json(reply))
        }
    }
}

/// The commits that a history is read from.
struct HistorySource {
    let repository: Repository
    let tip: ObjectID
    /// A clone that nobody asked to keep.
    private let clone: Clone?

    /// - Throws: `ClientError` with what to write instead, `GitError`.
    init(repo: String?, rev: String?, configured: Settings?) async throws {
        let branch = rev ?? (configured ?? Settings()).branch
        if let repo, !FileManager.default.fileExists(atPath: repo) {
            let clone = Clone(folder: try TemporaryFolder())
            let auth = configured?.auth ?? Settings.Auth()
            let remote = Remote(
                try RemoteAddress(repo), credentials: try auth.credentials(),
                trust: Trust(knownHosts: auth.knownHosts, caFile: auth.caFile))
            repository = try Repository(bareAt: clone.folder.path, create: true)
            tip = try await remote.fetch(
                into: clone.folder.path, branch: branch, deadline: .seconds(60), leastRate: Remote.leastRate
            ).commit
            self.clone = clone
            return
        }
        let isMirror = repo == nil && configured != nil
        let place = repo ?? configured?.mirror ?? FileManager.default.currentDirectoryPath
        guard let tree = try WorkTree.around(place) else {
            throw ClientError(description: "no git repository at \(place) or above it; name one with --repo")
        }
        repository = try Repository(bareAt: tree.repository, create: false)
        let name = isMirror ? inMirror(branch, of: (configured ?? Settings()).branch) : rev ?? "HEAD"
        guard let tip = try await repository.resolve(name) else {
            throw ClientError(
                description: "\(tree.root ?? tree.repository) has no commit \(name), or several; name one with --rev")
        }
        self.tip = tip
        clone = nil
    }
}

private final class Clone: Sendable {
    let folder: TemporaryFolder

    init(folder: consuming TemporaryFolder) { self.folder = folder }
}
