import Foundation
import Git
import Inventory
import Manifest

extension WorkTree {
    /// The manifests that differ from HEAD's, as they are on disk, and the templates that profiles name then.
    ///
    /// - Throws: `GitError`, or why a file can't be read.
    func delta(under paths: [String], after head: Inventory) async throws -> Delta {
        guard let root else { return Delta() }
        var files: [String: Delta.FileChange] = [:]
        for path in try await changes() where paths.contains(where: { isInside(path, $0) }) {
            let file = "\(root)/\(path)"
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: file) else {
                files[path] = .removed
                continue
            }
            if attributes[.type] as? FileAttributeType == .typeSymbolicLink {
                files[path] = .read(ParsedFile(path: path, refused: symlinkAdvice), content: path)
            } else if isYAML(path) {
                files[path] = .read(try readManifest(at: file, path: path).file, content: path)
            }
        }
        var delta = Delta(files)
        for path in head.templatePaths(with: delta) {
            delta.templates[path] = Delta.TemplateChange(readTemplate(at: path, in: root), content: "on disk")
        }
        return delta
    }
}

/// A file that is `folder`, or lies in it. The repository's root is "".
private func isInside(_ path: String, _ folder: String) -> Bool {
    let parts = folder.split(separator: "/").filter { $0 != "." }
    return path.split(separator: "/").starts(with: parts)
}
