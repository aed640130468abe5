import ArgumentParser
import Foundation
import Git
import Inventory
import Manifest

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Every diagnostic of files or folders as file:line:column; needs no git and no daemon.",
        discussion: """
            Exits 0 without a diagnostic, 1 with any, 2 when a path can't be read. With `--level error` warnings are shown, and leave it at 0.
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

    @Argument(help: "YAML files, or folders that are searched for them.")
    var paths: [String] = ["inventory", "policies"]

    @Option(name: .shortAndLong, help: "table or json.")
    var output = ClientOptions.Output.table

    @Option(help: "What makes it exit 1: error, or warning, which is both.")
    var level = Level.warning

    func run() throws {
        var delta = Delta()
        var checks: [ManifestCheck] = []
        for named in paths {
            var read = Delta()
            for path in try files(at: named) {
                // A link that is named is meant.
                let (file, bytes) = try readManifest(at: path, path: path, followsLink: path == named)
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
        let inventory = Inventory().advanced(by: delta, isFirst: true).inventory
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

    private func files(at path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ClientError(description: "no file or folder \(path); name the folders of your manifests")
        }
        guard isFolder.boolValue else { return [path] }
        let found = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted().map { "\(path)/\($0)" }
    }
}
