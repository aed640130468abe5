import ArgumentParser
import Boot
import Foundation
import Hummingbird
import Inventory
import Journal
import Logging
import NIOHTTP1
import Reconcile
import ServiceLifecycle
import Simulate
import Synchronization
import UnixSignals
import Web

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the daemon.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.load()
        try settings.checkServing()
        let log = Logger(label: "bootlatch")
        Self.raiseFileLimit()
        let daemon = try Daemon(settings, log: log)
        // The state folder is ours from here on.
        Self.removeRemains(in: settings.mirror)
        for trouble in settings.missingFolders { log.warning("missing folder", metadata: ["setting": "\(trouble)"]) }
        let endpoints = Endpoints(path: settings.state + "/endpoints.json", log: log)
        var plane = settings.boot
        // Everybody who still downloads is cut off: a boot that dies here asks again.
        plane.shutdownWithin = .milliseconds(500)
        let boot = BootServer(plane, gate: daemon.gate, actions: daemon.actions, log: log)
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: BootService(boot: boot, endpoints: endpoints)),
            .init(service: Loop(run: Stepped.idle(daemon.pollLoop))),
            .init(service: Loop(run: Stepped.idle(daemon.writeLoop))),
            .init(service: Loop(run: Stepped.idle(daemon.beatLoop))),
            .init(service: Loop(run: daemon.sightings.run)),
        ]
        for application in try await control(daemon, settings, endpoints, log) {
            services.append(.init(service: application))
        }
        // The last one is the first to hear that the daemon ends.
        let stopping = Stopping(daemon: daemon)
        services.append(.init(service: stopping))
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        configuration.maximumGracefulShutdownDuration = .milliseconds(1500)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            // Connections that were cut off end with errors; being asked to stop is none.
            guard stopping.hasBegun else { throw error }
        }
        // Blocking git calls of a cancelled pass may still hold a thread; they have nothing to finish.
        log.info("stopped")
    }

    /// Strangers' half-open connections must not use up what the control socket and the journal need: shells and services start
    /// programs with 1,024 files, and let them have many more for the asking.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < 65_536 else {
            return
        }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// A daemon that was killed while it moved a ref leaves the ref's lock behind, and no fetch would ever move it again; one that was
    /// killed in a fetch leaves a part of a pack, which nobody would ever remove. The mirror is ours alone.
    private static func removeRemains(in mirror: String) {
        let parts = ["objects/pack/pack_git2_", "objects/pack/tmp_", "objects/pack/.tmp-", "objects/tmp_"]
        for path in FileManager.default.enumerator(atPath: mirror)?.compactMap({ $0 as? String }) ?? []
        where path.hasSuffix(".lock") && !path.hasPrefix("objects/") || parts.contains(where: path.hasPrefix) {
            try? FileManager.default.removeItem(atPath: "\(mirror)/\(path)")
        }
    }

    private func control(
        _ daemon: Daemon, _ settings: Settings, _ endpoints: Endpoints, _ log: Logger
    ) async throws -> [Application<RouterResponder<BasicRequestContext>>] {
        let socket = settings.controlSocket
        // Who takes it would answer for the other's machines, and take it away from it at the end.
        let soon = ContinuousClock.now.advanced(by: .seconds(2))
        if (try? await HTTPClient().request(.GET, .unix(path: socket), path: "/healthz", deadline: soon)) != nil {
            throw SettingsError(
                description:
                    "another Bootlatch answers at the control socket \(socket): give each daemon a `control.socket` of its own"
            )
        }
        let folder = URL(fileURLWithPath: socket).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SettingsError(
                description:
                    "control.socket: can't make the folder \(folder): \(reason(error)); name a socket in a folder of ours"
            )
        }
        // A socket file of a daemon that was killed would keep us from binding.
        try? FileManager.default.removeItem(atPath: socket)
        let router = controlRouter(daemon.operators, isReadOnly: false)
        Stepped.addRoutes(to: router, daemon)
        var applications = [
            Application(
                router: router,
                configuration: .init(address: .unixDomainSocket(path: socket), serverName: "bootlatch"),
                onServerRunning: { _ in await endpoints.opened(socket: socket) }, logger: log)
        ]
        if let (host, port) = try settings.readOnlyListener() {
            applications.append(
                Application(
                    router: controlRouter(daemon.operators, isReadOnly: true),
                    configuration: .init(address: .hostname(host, port: port), serverName: "bootlatch"),
                    onServerRunning: { channel in await endpoints.opened(http: host, channel.localAddress?.port ?? port)
                    }, logger: log))
        }
        return applications
    }
}

/// A loop that ends with the daemon.
private struct Loop: Service {
    let run: @Sendable () async -> Void

    init(run: @escaping @Sendable () async -> Void) { self.run = run }

    func run() async throws {
        await cancelWhenGracefulShutdown { await run() }
    }
}

/// Ends what others would wait for: the pass that fetches, and the followers of events.
private final class Stopping: Service {
    private let daemon: Daemon
    private let begun = Mutex(false)

    init(daemon: Daemon) { self.daemon = daemon }

    var hasBegun: Bool { begun.withLock { $0 } }

    func run() async throws {
        try await gracefulShutdown()
        begun.withLock { $0 = true }
        let log = daemon.log
        Task.detached {
            try? await Task.sleep(for: .milliseconds(2500))
            // Whatever still hangs has nothing to lose: the journal is on disk after every step.
            log.notice("stopped without waiting for the last connections")
            exit(0)
        }
        await daemon.journal.endFollowing()
        await daemon.reconciler.stop()
    }
}

private struct BootService: Service {
    let boot: BootServer
    let endpoints: Endpoints

    func run() async throws {
        await endpoints.opened(try await boot.start())
        try? await gracefulShutdown()
        await boot.shutDown()
    }
}
