import Foundation
import Git
import Inventory
import Reconcile
import Testing

extension Lab {
    var clone: String { folder.appending(path: "clone").path }

    func head() throws -> ObjectID {
        let text = try git("rev-parse", "HEAD").trimmingCharacters(in: .newlines)
        return try #require(ObjectID(hex: text))
    }

    /// Writes files, and removes those that are nil.
    func write(_ files: [String: String?]) throws {
        for (path, text) in files {
            let file = URL(filePath: "\(clone)/\(path)")
            guard let text else {
                try FileManager.default.removeItem(at: file)
                continue
            }
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
    }

    func commit(_ files: [String: String?], _ message: String = "edit") throws {
        try write(files)
        try git("add", "-A")
        try git("commit", "-q", "--allow-empty", "-m", message)
    }

    /// Commits and pushes.
    func change(_ files: [String: String?]) throws {
        try commit(files)
        try git("push", "-q", "origin", "HEAD:main")
    }

    private func previewer() throws -> Previewer {
        Previewer(
            repository: try Repository(bareAt: "\(clone)/.git", create: false), paths: ["inventory", "policies"],
            signers: SignerPaths(), now: now.wall)
    }

    func preview(from old: ObjectID, to new: ObjectID, asOne: Bool = false) async throws -> Preview {
        try await previewer().preview(from: old, to: new, asOne: asOne)
    }

    func preview(_ tree: WorkTree?) async throws -> Preview {
        try await previewer().preview(try #require(tree), on: head())
    }
}
