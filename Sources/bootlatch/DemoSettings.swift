import Foundation

/// The settings of the demo's daemon, and the folder where all of it lives.
struct DemoSettings: Sendable {
    let folder: String

    var file: String { folder + "/bootlatch.yaml" }
    var log: String { folder + "/bootlatch.log" }
    var state: String { folder + "/state" }
    var endpoints: String { state + "/endpoints.json" }
    var socket: String { folder + "/control.sock" }
    private var artifacts: String { folder + "/artifacts" }
    private var loaders: String { folder + "/loaders" }

    /// Made-up files: the software machine counts bytes, and never runs them.
    static let sizes = (loader: 180_000, kernel: 1_400_000, initrd: 2_600_000)

    /// - Throws: when the folder can't be written.
    func write(remote: String, loader: String, kernel: String, initrds: [String]) throws {
        let text = """
            state: \(quoted(state))
            inventory: {url: \(quoted(remote)), branch: main, interval: 1s}
            boot:
              interfaces: [lo]
              dhcp: {mode: server, port: 0}
              tftp: {port: 0}
              http: {port: 0, artifacts: \(quoted(artifacts))}
              loaders: \(quoted(loaders))
            control: {socket: \(quoted(socket)), http: "127.0.0.1:0"}

            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try makeUp(loaders, loader, Self.sizes.loader)
        try makeUp(artifacts, kernel, Self.sizes.kernel)
        for initrd in initrds { try makeUp(artifacts, initrd, Self.sizes.initrd) }
    }

    private func makeUp(_ folder: String, _ name: String, _ size: Int) throws {
        let file = URL(fileURLWithPath: folder).appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(repeating: 0x42, count: size).write(to: file)
    }

    private func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
