import Foundation
import Glibc
import Inventory
import Testing

@testable import Manifest

struct ReadManifestTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "manifest-\(UUID().uuidString.prefix(8))")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func `a file of 100 MB is refused without reading it`() throws {
        try inFolder { folder in
            // Nothing is on the disk of it: reading it whole would show in memory and time only.
            let file = folder + "/a.yaml"
            #expect(FileManager.default.createFile(atPath: file, contents: nil))
            #expect(truncate(file, 100_000_000) == 0)
            let (parsed, bytes) = try readManifest(at: file, path: "a.yaml")
            #expect(bytes == [])
            #expect(parsed.isBroken)
            #expect(
                parsed.diagnostics.map(\.description) == [
                    "a.yaml:1:1: error: the file has 100000000 bytes, more than the limit of 4194304; split it"
                ])
        }
    }

    @Test func `links are followed only where they are named, and pipes are not waited for`() throws {
        try inFolder { folder in
            let text = "apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\nmetadata: {name: a}\n"
            try text.write(toFile: folder + "/a.yaml", atomically: true, encoding: .utf8)
            #expect(symlink("a.yaml", folder + "/b.yaml") == 0)
            #expect(mkfifo(folder + "/c.yaml", 0o600) == 0)
            #expect(try readManifest(at: folder + "/a.yaml", path: "a.yaml").file.hosts.count == 1)
            #expect(try readManifest(at: folder + "/b.yaml", path: "b", followsLink: true).file.hosts.count == 1)
            #expect(
                try readManifest(at: folder + "/b.yaml", path: "b").file.diagnostics.map(\.message) == [symlinkAdvice])
            #expect(
                try readManifest(at: folder + "/c.yaml", path: "c").file.diagnostics.map(\.message) == [
                    "a pipe, socket or device is no manifest; remove it"
                ])
            #expect(throws: UnreadableFile.self) { try readManifest(at: folder + "/d.yaml", path: "d") }
        }
    }
}
