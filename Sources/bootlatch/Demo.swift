import ArgumentParser
import Foundation
import Simulate
import UnixSignals
import Web

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The whole loop on loopback, without hardware, root or an open port.",
        discussion: """
            A bare git repo is made of your manifests, the daemon runs as a process of its own, and a software machine speaks to it: \
            a push arms the machine, it netboots once, its report becomes a commit. Each step is checked from outside the daemon, in \
            the remote's commits and the machine's packets. Exits 0 when all are as they should be, else 2 with the name of the step.
            """)

    @Flag(help: "Leave it running, and print commands to try; Ctrl-C ends it.")
    var keep = false

    @Option(help: "The folder of hardware manifests.")
    var inventory = "inventory"

    @Option(help: "The folder of policies and profiles.")
    var policies = "policies"

    @Option(help: "The host to install. Default: the first that can be.")
    var host: String?

    @Option(name: .customLong("set"), help: "A setting for the demo's daemon, as KEY=VALUE. May be repeated.")
    var overrides: [String] = []

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        // The path of a UNIX socket has room for 107 bytes.
        let temporary = FileManager.default.temporaryDirectory.path
        let base = temporary.utf8.count < 70 ? temporary : "/tmp"
        let folder = base + "/bootlatch-demo-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let story = Task { try await tellStory(in: folder) }
        let interrupt = Task {
            for await _ in signals { return story.cancel() }
        }
        defer { interrupt.cancel() }
        do {
            try await story.value
        } catch is CancellationError {
            throw ExitCode(130)
        }
    }

    private func tellStory(in folder: String) async throws {
        tell("A push arms a machine, it netboots once, its report becomes a commit.")
        tell("")
        let settings = DemoSettings(folder: folder)
        let (machine, repo) = try await Self.step(.repo) { try makeRepo(settings) }
        let daemon = try await Self.step(.daemon) { try DemoDaemon(settings, overrides: overrides) }
        do {
            let endpoints = try await Self.step(.daemon) { try await start(daemon) }
            let story = DemoStory(machine: machine, repo: repo, daemon: daemon, endpoints: endpoints)
            try await story.tellLoop()
            if keep { await stay(settings, machine) }
        } catch {
            if !(error is CancellationError) { note("the daemon's last words:\n\(daemon.lastWords)") }
            _ = await daemon.stop()
            throw error
        }
        try await Self.step(.end) {
            let status = await daemon.stop()
            guard status == 0 else { throw DemoUnmet("bootlatch serve ended with \(status)\n\(daemon.lastWords)") }
        }
    }

    private func makeRepo(_ settings: DemoSettings) throws -> (DemoMachine, DemoRepo) {
        let folders = ["inventory": inventory, "policies": policies]
        let repo = try DemoRepo(in: settings.folder, folders: folders)
        let machine = try DemoMachine.choose(host, in: folders)
        try settings.write(
            remote: repo.bare, loader: machine.loader, kernel: machine.kernel, initrds: machine.initrds)
        tell(.repo, "\(repo.bare) holds \(inventory)/ and \(policies)/, at \(try repo.tip().prefix(8))")
        return (machine, repo)
    }

    private func start(_ daemon: DemoDaemon) async throws -> EndpointsFile {
        note("waiting for the daemon")
        let endpoints = try await daemon.endpoints()
        guard let listener = endpoints.boot.first, let dhcp = listener.dhcp else {
            throw DemoUnmet("the daemon serves no DHCP")
        }
        let client = Client(socket: daemon.settings.socket)
        let pass: ReconcileReply = try await client.post("/v1/reconcile", ReconcileRequest())
        if let failure = pass.failure { throw DemoUnmet("the daemon can't read the repo: \(failure)") }
        let status: StatusReply = try await client.get("/v1/status")
        tell(
            .daemon,
            "bootlatch serve, process \(daemon.pid), on \(listener.address): DHCP \(dhcp), TFTP \(listener.tftp), HTTP \(listener.http);"
        )
        let interfaces = status.hosts.flatMap(\.interfaces)
        let held = interfaces.filter { $0.reason.hasPrefix("held") }.count
        tell(
            "            \(status.hosts.count) hosts, none may netboot\(held > 0 ? "; \(held) on since before stays held" : "")"
        )
        guard interfaces.allSatisfy({ $0.decision != "netboot" }) else {
            throw DemoUnmet("a host may netboot though nobody has armed it")
        }
        return endpoints
    }

    /// Until the task is cancelled.
    private func stay(_ settings: DemoSettings, _ machine: DemoMachine) async {
        let program = CommandLine.arguments[0]
        let (config, mac) = ("--config \(settings.file)", machine.machine.mac)
        tell("")
        tell("The daemon goes on until Ctrl-C. Try, in another terminal:")
        tell("  \(program) status \(config)")
        tell("  \(program) why \(machine.host) \(config)")
        tell("  \(program) events --follow \(config)")
        tell("  \(program) simulate \(mac) --firmware \(machine.machine.firmware.rawValue) --expect disk \(config)")
        tell("  \(program) arm \(mac) --author 'You <you@lab.example>' \(config)")
        tell("  \(program) simulate \(mac) --firmware \(machine.machine.firmware.rawValue) --expect netboot \(config)")
        tell("  git clone \(settings.folder)/inventory.git     # edit, commit, push")
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }

    /// Names the step in what it throws.
    static func step<Result>(_ step: DemoStep, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch {
            try Task.checkCancellation()
            throw DemoFailure(step: step, why: "\(error)")
        }
    }
}
