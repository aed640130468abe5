import ArgumentParser
import Foundation
import Git
import Inventory
import Manifest

struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Every diagnostic of files or folders as file:line:column; needs no git and no daemon.",
        discussion: """
            Exits 0 without a diagnostic, 1 with any, 2 when a path can't be read. With `--level error` warnings are shown, and leave it at 0.
            A symbolic link is an error, as it is for the daemon, also where it is named. The keys of `require.signedBy` are looked for where
            `policies` or the folder that holds them is among the paths.
            """)

    enum Level: String, ExpressibleByArgument, CaseIterable { case error, warning }

    struct Reply: Codable {
        struct Finding: Codable, CustomStringConvertible {
            var severity: String
            var file: String
            var line: Int
            var column: Int
            var message: String

            var description: String { "\(file):\(line):\(column): \(severity): \(message)" }
        }

        var files: Int
        var hosts: Int
        var diagnostics: [Finding]
    }

    @Argument(
        help:
            "YAML files, or folders that are searched for them. Default: inventory and policies, or the one that there is."
    )
    var paths: [String] = []

    @Option(name: .shortAndLong, help: "table or json.")
    var output = ClientOptions.Output.table

    @Option(help: "What makes it exit 1: error, or warning, which is both.")
    var level = Level.warning

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        var delta = Delta()
        var checks: [ManifestCheck] = []
        let roots = paths.isEmpty ? Self.standard() : paths
        for named in roots {
            var read = Delta()
            for path in try manifests(at: named) {
                // What Foundation puts where a name is not UTF-8; the file can't be opened by it.
                if path.contains("\u{FFFD}"), !FileManager.default.fileExists(atPath: path) {
                    let file = ParsedFile(path: path, refused: "its name is not UTF-8; rename it")
                    read.files[path] = .read(file, content: path)
                    continue
                }
                let (file, bytes) = try readManifest(at: path, path: path)
                read.files[path] = .read(file, content: path)
                checks.append(ManifestCheck(bytes, file))
            }
            delta.files.merge(read.files) { $1 }
            let templates = Inventory().templatePaths(with: read)
            let root = templates.isEmpty ? "" : root(around: named)
            for path in templates where delta.templates[path] == nil {
                delta.templates[path] = Delta.TemplateChange(readTemplate(at: path, in: root), content: path)
            }
        }
        var inventory = Inventory().advanced(by: delta, isFirst: true).inventory
        if inventory.asksForSignatures {
            let signers = settings.isNamed ? try settings.load().signers : Settings().signers
            inventory.knownSigners = await names(of: signers, in: roots)
        }
        let found = (inventory.diagnostics + checks.flatMap(\.diagnostics) + ManifestCheck.duplicates(in: checks))
            .sorted {
                ($0.location.path, $0.location.line, $0.location.column, $0.message)
                    < ($1.location.path, $1.location.line, $1.location.column, $1.message)
            }
        let reply = Reply(
            files: delta.files.count, hosts: inventory.hostCount,
            diagnostics: found.map(Reply.Finding.init))
        try show(reply)
        if found.contains(where: { level == .warning || $0.severity == .error }) { throw ExitCode(1) }
    }

    /// Where the paths of templates begin: the work tree around these manifests, else this folder.
    private func root(around path: String) -> String {
        ((try? WorkTree.around(path)) ?? nil)?.root ?? FileManager.default.currentDirectoryPath
    }

    private func show(_ reply: Reply) throws {
        if output == .json {
            print(try json(reply))
            return
        }
        for diagnostic in try printable(reply).diagnostics { print(diagnostic) }
        note("\(reply.files) file(s), \(reply.hosts) host(s), \(reply.diagnostics.count) diagnostic(s)")
    }

    /// A repo may do without one of them.
    private static func standard() -> [String] {
        let both = ["inventory", "policies"]
        let there = both.filter { FileManager.default.fileExists(atPath: $0) }
        return there.isEmpty ? both : there
    }

    private func manifests(at path: String) throws -> [String] {
        try files(at: path) { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
    }

    private func files(at path: String, where isMeant: (String) -> Bool) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ClientError(description: "no file or folder \(path); name the folders of your manifests")
        }
        guard isFolder.boolValue else { return [path] }
        // Of a folder that is a link, the files are none.
        let folder = URL(filePath: path).resolvingSymlinksInPath().path
        let found = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return found.filter(isMeant).sorted().map { "\(path)/\($0)" }
    }
}
