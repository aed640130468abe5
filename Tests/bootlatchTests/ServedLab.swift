import Foundation
import Simulate
import Web
import Inventory
import NIOCore
import NIOHTTP1
import Synchronization
import Programs
import Testing

/// A repo with one host, and daemons that serve it one after another from one state directory.
final class ServedLab: Sendable {
    static let mac = "52:54:00:12:34:01"
    let folder: URL
    private let daemons = Mutex<[DaemonProcess]>([])

    /// - Parameter isInMemory: for a test that would mostly wait for disks to sync.
    init(isInMemory: Bool = false) throws {
        let memory = URL(fileURLWithPath: "/dev/shm")
        let isThere = isInMemory && FileManager.default.isWritableFile(atPath: memory.path)
        folder = (isThere ? memory : FileManager.default.temporaryDirectory)
            .appending(path: "served-\(UUID().uuidString.prefix(8))")
        for name in ["state", "loaders"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        try git("init", "-q", "--bare", "-b", "main", "remote.git", in: folder)
        try git("clone", "-q", "remote.git", "clone", in: folder)
        try push(isOn: false, "add node-01")
    }

    deinit {
        for daemon in daemons.withLock({ $0 }) { daemon.send(SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    // The repo

    func push(isOn: Bool, annotation: String? = nil, _ message: String) throws {
        let clone = folder.appending(path: "clone")
        if (try? git("rev-parse", "origin/main")) != nil { try git("pull", "-q", "--rebase", "origin", "main") }
        let folder = clone.appending(path: "inventory")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let text = """
            apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata:
              name: node-01
              annotations: {bootlatch.dev/arm: "\(annotation ?? "never")"}
            spec:
              interfaces:
                - dhcp:
                    mac: \(Self.mac)
                  netboot:
                    allowPXE: \(isOn)  # one install
                    ipxe:
                      contents: |
                        #!ipxe
                        kernel {{artifacts}}/vmlinuz hook={{hookURL}}

            """
        try text.write(to: folder.appending(path: "node-01.yaml"), atomically: true, encoding: .utf8)
        try git("add", "-A")
        try git("commit", "-qm", message)
        try git("push", "-q", "origin", "HEAD:main")
    }

    /// What the remote's branch says now.
    func isOnInRemote() throws -> Bool {
        try git("--git-dir", path("remote.git"), "show", "main:inventory/node-01.yaml").contains("allowPXE: true")
    }

    /// Disarm commits in the remote's branch.
    func disarms() throws -> Int {
        try git("--git-dir", path("remote.git"), "log", "--format=%s", "main").split(separator: "\n")
            .filter { $0 == "Disable PXE for node-01: provisioned" }.count
    }

    @discardableResult
    func git(_ arguments: String..., in folder: URL? = nil) throws -> String {
        try runProgram(["git"] + arguments, in: folder ?? self.folder.appending(path: "clone"))
    }

    // The daemon

    /// - Parameter wrapper: a command that ends by running what follows it, such as `unshare`.
    func start(
        crashAt point: String? = nil, wrapper: [String] = [], url: String? = nil, set: [String] = []
    ) async throws -> Served {
        let settings =
            [
                "state=\(path("state"))", "inventory.url=\(url ?? path("remote.git"))", "inventory.interval=1s",
                "writeBack.window=0s", "boot.address=127.0.0.1", "boot.dhcp.mode=off", "boot.tftp.port=0",
                "boot.http.port=0", "boot.loaders=\(path("loaders"))", "control.socket=\(path("run/control.sock"))",
                "control.http=127.0.0.1:0",
            ] + set
        let daemon = try DaemonProcess(
            wrapper + [DaemonProcess.program, "serve"] + settings.flatMap { ["--set", $0] },
            environment: point.map { ["BOOTLATCH_CRASH_AT": $0] } ?? [:])
        daemons.withLock { $0.append(daemon) }
        let ready = try await daemon.line(" serving")
        try await daemon.line("socket=\(path("run/control.sock"))")
        let open = try await daemon.line("control", "http=127.0.0.1:")
        return Served(
            process: daemon, socket: path("run/control.sock"), port: try port(in: ready, after: " http="),
            readOnlyPort: try port(in: open, after: "http=127.0.0.1:"))
    }

    /// The machine is armed by a push and boots; the path of its hook.
    func boot(on daemon: Served) async throws -> String {
        try await daemon.reconcile()
        try push(isOn: true, "reinstall node-01")
        try await daemon.reconcile()
        return try await daemon.boot()
    }

    private func port(in line: String, after mark: String) throws -> Int {
        let range = try #require(line.firstRange(of: mark), "\(line)")
        return try #require(Int(line[range.upperBound...].prefix { $0.isNumber }), "\(line)")
    }
}

/// One running daemon, as its clients see it.
struct Served: Sendable {
    let process: DaemonProcess
    let socket: String
    let port: Int
    let readOnlyPort: Int

    private var soon: ContinuousClock.Instant { .now.advanced(by: .seconds(90)) }

    func status() async throws -> StatusReply {
        let response = try await HTTPClient().request(.GET, .unix(path: socket), path: "/v1/status", deadline: soon)
        return try JSONDecoder().decode(StatusReply.self, from: Data(response.body.readableBytesView))
    }

    /// What Prometheus reads.
    func metrics() async throws -> Scrape {
        let target = HTTPClient.Target.tcp(host: "127.0.0.1", port: readOnlyPort)
        return Scrape(try await HTTPClient().request(.GET, target, path: "/metrics", deadline: soon).text)
    }

    /// `off`, `armed`, `spent:provisioned`, ...
    func reason() async throws -> String { try await status().hosts.first?.interfaces.first?.reason ?? "no host" }

    @discardableResult
    func reconcile() async throws -> HTTPClient.Response {
        try await HTTPClient().request(.POST, .unix(path: socket), path: "/v1/reconcile", deadline: soon)
    }

    /// What the firmware gets: a script that names the hook, or a refusal.
    func script() async throws -> String {
        let mac = ServedLab.mac.replacing(":", with: "-")
        return try await HTTPClient().request(
            .GET, .tcp(host: "127.0.0.1", port: port), path: "/boot/\(mac)/script.ipxe?platform=efi", deadline: soon
        ).text
    }

    /// The path of the hook in the script; the test fails where the machine is refused.
    func boot() async throws -> String {
        let script = try await script()
        let hook = try #require(script.firstRange(of: "/hooks/"), "refused: \(script)\n\(process.log)")
        return String(script[hook.lowerBound...].prefix { !$0.isWhitespace })
    }

    func report(_ hook: String) async throws -> HTTPClient.Response {
        try await HTTPClient().request(.POST, .tcp(host: "127.0.0.1", port: port), path: hook, deadline: soon)
    }

    /// "kind detail", oldest first.
    func events() async throws -> [String] {
        let response = try await HTTPClient().request(.GET, .unix(path: socket), path: "/v1/events", deadline: soon)
        return try JSONDecoder().decode([EventReply].self, from: Data(response.body.readableBytesView)).map {
            "\($0.kind) \($0.detail)"
        }
    }

    /// Asks after each pass until it holds.
    func until(
        _ what: String, within limit: Duration = .seconds(90), _ holds: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now.advanced(by: limit)
        repeat {
            if try await holds() { return }
            try await reconcile()
        } while .now < end
        throw DaemonProcess.Failed(description: "not within \(limit): \(what)\n\(process.log)")
    }
}

@discardableResult
func runProgram(_ arguments: [String], in folder: URL? = nil) throws -> String {
    let environment = [
        "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@lab",
        "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@lab",
    ]
    return try runToEnd(arguments, environment: environment, in: folder?.path)
}
