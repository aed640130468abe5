import ArgumentParser
import Foundation
import Git
import Inventory
import Reconcile

struct PreviewPush: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "What a push would arm, disarm, hold and change; needs no daemon.",
        discussion: """
            `released`: it was on before, and the push raises `limits.armedPerCommit`, so that a daemon which holds it `overLimit` lets it in.
            Exits 0 when it does nothing about netbooting, 1 when it does or a changed file is in error, 2 when there is no answer.
            Git alone is read: what only the daemon's journal knows, `bootlatch why HOST` says.
            """)

    enum Output: String, ExpressibleByArgument, CaseIterable { case table, json, markdown, github, gitlab }

    @Argument(
        help: """
            OLD..NEW; OLD...NEW, from where NEW forked off; or a folder, whose files are compared with HEAD. \
            Default: the current folder. In the daemon's mirror HEAD is `inventory.branch`.
            """)
    var range: String?

    @Option(help: "The repository. Default: the current folder's, or with --config the daemon's mirror.")
    var repo: String?

    @Option(help: "A folder of manifests in the repo. May be repeated. Default: `inventory.paths` of the settings.")
    var path: [String] = []

    @Flag(help: "Take all commits as one, which a merge or a squash makes of them.")
    var merge = false

    @Option(
        name: .shortAndLong,
        help: "table, json, markdown (a comment), github (annotations) or gitlab (a Code Quality report).")
    var output = Output.table

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        let source = try PreviewSource(range: range, repo: repo, settings: settings)
        let paths = path.isEmpty ? source.paths : path
        let (preview, movedOn) = try await source.preview(under: paths, asOne: merge)
        guard !preview.isEmpty else {
            throw ClientError(
                description:
                    "no manifest under \(paths.joined(separator: ", ")), before or after; name your folders with --path"
            )
        }
        let reply = PlanReply(preview, movedOn: movedOn)
        switch output {
        case .table: print(planTable(try printable(reply)))
        case .json: print(try json(reply))
        case .markdown: print(planMarkdown(try printable(reply)))
        case .github: print(githubCommands(reply), terminator: "")
        case .gitlab: print(try json(codeQuality(reply)))
        }
        if !reply.changes.isEmpty || !reply.diagnostics.isEmpty { throw ExitCode(1) }
    }
}

/// What is compared: two commits, or the files of a work tree with HEAD.
struct PreviewSource {
    private enum Range {
        case revisions(String, String, isFork: Bool)
        case workTree
    }

    private let range: Range
    private let tree: WorkTree
    let paths: [String]
    private let signers: SignerPaths
    /// The one that the daemon reads.
    private let branch: String
    /// The branch that HEAD is in the daemon's mirror; nil for any other repository.
    private let mirrored: String?

    /// - Throws: `ClientError` with what to write instead.
    init(range: String?, repo: String?, settings: SettingsOptions) throws {
        var folder = repo
        if let range, Self.isFolder(range) {
            guard repo == nil else {
                throw ClientError(description: "\(range) is a folder: leave out --repo, or name OLD..NEW")
            }
            (self.range, folder) = (.workTree, range)
        } else if let range, range != "WORKTREE" {
            self.range = try Self.revisions(range)
        } else {
            self.range = .workTree
        }
        let configured = try settings.isNamed ? settings.load() : nil
        paths = (configured ?? Settings()).paths
        signers = (configured ?? Settings()).signers
        branch = (configured ?? Settings()).branch
        if case .revisions = self.range, folder == nil, let configured {
            (folder, mirrored) = (configured.mirror, configured.branch)
        } else {
            mirrored = nil
        }
        let place = folder ?? FileManager.default.currentDirectoryPath
        guard let tree = try WorkTree.around(place) else {
            if mirrored != nil {
                throw ClientError(
                    description:
                        "no mirror of the daemon's at \(place): has `bootlatch serve` run with this `state`, and may you "
                        + "enter it? Name a clone with --repo")
            }
            throw ClientError(description: "no git repository at \(place) or above it; name one with --repo")
        }
        self.tree = tree
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func revisions(_ text: String) throws -> Range {
        for (separator, isFork) in [("...", true), ("..", false)] {
            guard let place = text.range(of: separator) else { continue }
            let (old, new) = (text[..<place.lowerBound], text[place.upperBound...])
            return .revisions(old.isEmpty ? "HEAD" : "\(old)", new.isEmpty ? "HEAD" : "\(new)", isFork: isFork)
        }
        throw ClientError(
            description:
                "\(text) is neither a folder nor a range; write \(text)^..\(text), or main...\(text) for a branch")
    }

    /// - Throws: `ClientError`, `GitError`.
    func preview(under paths: [String], asOne: Bool) async throws -> (Preview, movedOn: String?) {
        let repository = try Repository(bareAt: tree.repository, create: false)
        let previewer = Previewer(
            repository: repository, paths: paths, signers: signers,
            now: Instant(seconds: Int64(time(nil))))
        do {
            switch range {
            case .workTree:
                guard tree.root != nil else {
                    throw ClientError(description: "\(tree.repository) is bare and has no files; name OLD..NEW")
                }
                return (try await previewer.preview(tree, on: try await commit("HEAD", in: repository)), nil)
            case .revisions(let old, let new, let isFork):
                let (from, to) = (try await commit(old, in: repository), try await commit(new, in: repository))
                guard isFork else {
                    let preview = try await previewer.preview(from: from, to: to, asOne: asOne)
                    return (preview, await movedOn(from: from, to: to, in: repository))
                }
                guard let base = try await repository.mergeBase(of: from, and: to) else {
                    throw ClientError(description: "\(old) and \(new) have no commit in common")
                }
                let preview = try await previewer.preview(from: base, to: to, asOne: asOne)
                return (preview, base == from ? nil : Self.movedOn(old))
            }
        } catch {
            guard await repository.isShallow else { throw error }
            throw ClientError(
                description: "\(error). This clone is shallow: `git fetch --unshallow`; in CI, `fetch-depth: 0` of "
                    + "actions/checkout, `GIT_DEPTH: 0` of GitLab")
        }
    }

    /// Says that the branch which is read has commits that the range neither begins with nor brings, as far as this clone knows.
    private func movedOn(from: ObjectID, to: ObjectID, in repository: Repository) async -> String? {
        guard mirrored == nil else { return nil }
        for name in ["refs/remotes/origin/\(branch)", "refs/heads/\(branch)"] {
            guard let tip = try? await repository.resolve(name) else { continue }
            if tip == from || tip == to { return nil }
            guard (try? await repository.isAncestor(tip, of: to)) == false,
                (try? await repository.isAncestor(to, of: tip)) == false,
                (try? await repository.isAncestor(from, of: tip)) == true
            else { return nil }
            return Self.movedOn(branch)
        }
        return nil
    }

    private static func movedOn(_ branch: String) -> String {
        "\(branch) has moved on: its commits since then are not looked at, and may change what a merge does; bring the branch up to date with it"
    }

    private func commit(_ revision: String, in repository: Repository) async throws -> ObjectID {
        if let id = try await repository.resolve(mirrored.map { inMirror(revision, of: $0) } ?? revision) { return id }
        throw ClientError(
            description:
                "\(tree.root ?? tree.repository) has no commit \(revision), or several; `git fetch`, and try `git rev-parse \(revision)`"
        )
    }
}
