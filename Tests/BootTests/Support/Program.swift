import Foundation
import Glibc
import Programs

/// Programs that other people wrote, run to their end.
struct Program: Sendable {
    struct Result: Sendable {
        var status: Int32
        var output: Data
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    var path: String

    /// Nil where it is not installed.
    init?(_ name: String) {
        let folders = ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin"]
        guard let folder = folders.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") })
        else {
            return nil
        }
        path = "\(folder)/\(name)"
    }

    static func isInstalled(_ name: String) -> Bool { Program(name) != nil }

    /// Standard output and error together.
    func run(_ arguments: String..., input: String? = nil) async throws -> Result {
        try await run(arguments, input: input)
    }

    func run(_ arguments: [String], input: String? = nil) async throws -> Result {
        let (theirInput, ourInput) = try socketPair()
        let started = Swift.Result { try spawnToSocket([path] + arguments, input: theirInput) }
        close(theirInput)
        defer { close(ourInput) }
        let (pid, output) = try started.get()
        // Small enough for the socket's buffer, so this does not wait for the program to read it.
        if let input { _ = Array(input.utf8).withUnsafeBytes { write(ourInput, $0.baseAddress, $0.count) } }
        shutdown(ourInput, Int32(SHUT_WR))
        // Read on a thread of its own: blocking here would hold one of Swift's two.
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var data = Data()
                while let more = readSome(output) { data += more }
                close(output)
                let status: Int32 =
                    switch reap(pid) {
                    case .exit(let status): status
                    case .signal(let signal): 128 + signal
                    }
                continuation.resume(returning: Result(status: status, output: data))
            }
        }
    }
}

/// A directory that is removed with its last reference.
final class Scratch: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "bootlatch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var path: String { url.path }

    func write(_ name: String, _ data: Data) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
    }
}
