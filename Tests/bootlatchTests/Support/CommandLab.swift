import Foundation
import Programs

/// A repo, a daemon that serves it on loopback, and the commands that ask it.
final class CommandLab {
    static let mac = "52:54:00:12:34:01"

    static let node = """
        apiVersion: tinkerbell.org/v1alpha1
        kind: Hardware
        metadata: {name: node-01, namespace: lab}
        spec:
          interfaces:
            - dhcp:
                mac: 52:54:00:12:34:01
                ip: {address: 10.10.20.11, netmask: 255.255.255.0}
              netboot:
                allowPXE: false   # true reinstalls it

        """
    /// On since before anybody looked.
    static let other = node.replacing("node-01", with: "node-02").replacing("34:01", with: "34:02")
        .replacing("20.11", with: "20.12").replacing("allowPXE: false", with: "allowPXE: true")
    static let policy = """
        apiVersion: bootlatch.dev/v1
        kind: BootPolicy
        metadata: {name: lab}
        spec: {profile: installer}
        ---
        apiVersion: bootlatch.dev/v1
        kind: BootProfile
        metadata: {name: installer}
        spec: {kernel: vmlinuz, initrd: [initrd], args: ["hook={{hookURL}}"]}

        """

    let scratch: Scratch
    private let daemon: RunningProgram
    private var clone: String { scratch.path + "/clone" }
    private var config: String { scratch.path + "/bootlatch.yaml" }

    /// Starts the daemon. It polls once an hour: tests reconcile when they mean to.
    ///
    /// - Parameter dhcp: the daemon's `boot.dhcp.mode`.
    init(dhcp: String = "server", writeBack: String = "push") async throws {
        let scratch = try Scratch()
        self.scratch = scratch
        let path = scratch.path
        try scratch.write("clone/inventory/node-01.yaml", Self.node)
        try scratch.write("clone/inventory/node-02.yaml", Self.other)
        try scratch.write("clone/policies/lab.yaml", Self.policy)
        try scratch.write("artifacts/vmlinuz", String(repeating: "k", count: 5000))
        try scratch.write("artifacts/initrd", String(repeating: "i", count: 500))
        try scratch.write("loaders/undionly.kpxe", String(repeating: "l", count: 5000))
        try await CommandRun.git("init", "--quiet", "--bare", "-b", "main", "\(path)/origin.git")
        try await CommandRun.git("init", "--quiet", "-b", "main", "\(path)/clone")
        try await CommandRun.git("-C", "\(path)/clone", "add", ".")
        try await CommandRun.git("-C", "\(path)/clone", "commit", "--quiet", "-m", "Describe the lab")
        try await CommandRun.git("-C", "\(path)/clone", "push", "--quiet", "\(path)/origin.git", "main")
        try scratch.write(
            "bootlatch.yaml",
            """
            state: \(path)/state
            inventory: {url: \(path)/origin.git, interval: 1h}
            writeBack: {mode: \(writeBack), window: 0s}
            boot:
              interfaces: [lo]
              dhcp: {mode: \(dhcp), port: 0, pxePort: 0}
              tftp: {port: 0}
              http: {port: 0, artifacts: \(path)/artifacts}
              loaders: \(path)/loaders
            control: {socket: \(path)/control.sock, http: "127.0.0.1:0"}

            """)
        let daemon = try CommandRun.start(
            [CommandRun.bootlatch, "serve", "--config", "\(path)/bootlatch.yaml"], in: scratch)
        self.daemon = daemon
        _ = try await eventually("the daemon's ports, of: \(try scratch.text("errors"))") { () throws -> Bool? in
            guard daemon.isRunning else { throw CommandFailed(description: try scratch.text("errors")) }
            guard let file = FileManager.default.contents(atPath: "\(path)/state/endpoints.json"),
                let object = try JSONSerialization.jsonObject(with: file) as? [String: Any],
                let control = object["control"] as? [String: Any], let boot = object["boot"] as? [Any]
            else { return nil }
            return control["socket"] != nil && control["http"] != nil && !boot.isEmpty ? true : nil
        }
        // The first pass is the daemon's own; this one waits for it.
        try await bootlatch("reconcile")
    }

    /// SIGTERM, and how it ends.
    func stop() async -> ProgramEnd? {
        daemon.send(SIGTERM)
        return await daemon.ended()
    }

    @discardableResult
    func bootlatch(_ arguments: String...) async throws -> CommandRun { try await bootlatch(arguments) }

    func bootlatch(_ arguments: [String]) async throws -> CommandRun {
        try await CommandRun.run([CommandRun.bootlatch] + arguments + ["--config", config])
    }

    /// node-01's machine is switched on.
    func simulate(_ arguments: [String], expect: String) async throws -> CommandRun {
        try await bootlatch(["simulate", Self.mac, "--expect", expect] + arguments)
    }

    /// Commits node-01's manifest with this value, as Ada, and pushes.
    func push(allowPXE value: Bool) async throws {
        try scratch.write(
            "clone/inventory/node-01.yaml", Self.node.replacing("allowPXE: false", with: "allowPXE: \(value)"))
        try await CommandRun.git("-C", clone, "commit", "--quiet", "-a", "-m", "Set node-01")
        try await CommandRun.git("-C", clone, "push", "--quiet", scratch.path + "/origin.git", "main")
    }

    /// Commits these files of the repo, and pushes; the commit's first eight digits.
    func push(_ files: [String: String], by author: String) async throws -> String {
        for (path, text) in files { try scratch.write("clone/\(path)", text) }
        try await CommandRun.git("-C", clone, "add", "-A")
        try await CommandRun.git(
            "-C", clone, "commit", "--quiet", "--author", "\(author) <\(author.lowercased())@lab>", "-m", "Edit")
        try await CommandRun.git("-C", clone, "push", "--quiet", scratch.path + "/origin.git", "main")
        return try await CommandRun.git("-C", clone, "rev-parse", "--short=8", "HEAD")
    }

    /// Takes over what commands and the daemon have committed.
    func pull() async throws {
        try await CommandRun.git("-C", clone, "pull", "--quiet", "--rebase", scratch.path + "/origin.git", "main")
    }

    func tip() async throws -> String {
        try await CommandRun.git("-C", scratch.path + "/origin.git", "rev-parse", "main")
    }
}
