import Foundation
import Inventory
import NIOCore
import Testing

@testable import Boot

/// A whole boot server on loopback, with free ports, for one lab.
struct Running {
    let server: BootServer
    let gate: Gate
    let calls = Calls()
    let loaders: Scratch
    let artifacts: Scratch
    let ports: BoundPorts.Listener

    var base: String { "http://127.0.0.1:\(ports.http)" }
    static let kernel = Data((0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) })

    /// Runs `body`, then shuts the server down, whatever `body` throws.
    static func with(
        _ standing: Standing, mode: DHCPMode = .server, patience: Duration = .seconds(60),
        shutdownWithin: Duration = .seconds(2), neighbour: MACAddress? = nil, response: HookResponse = HookResponse(),
        _ body: (Running) async throws -> Void
    ) async throws {
        let running = try await Running(
            standing, mode: mode, patience: patience, shutdownWithin: shutdownWithin, neighbour: neighbour,
            response: response)
        do {
            try await body(running)
        } catch {
            await running.server.shutDown()
            throw error
        }
        await running.server.shutDown()
    }

    private init(
        _ standing: Standing, mode: DHCPMode, patience: Duration, shutdownWithin: Duration, neighbour: MACAddress?,
        response: HookResponse
    ) async throws {
        gate = Gate(standing)
        (loaders, artifacts) = (try Scratch(), try Scratch())
        try loaders.write("snponly.efi", Data((0..<173_792).map { UInt8(truncatingIfNeeded: $0 >> 3) }))
        try loaders.write("undionly.kpxe", Data("loader".utf8))
        try artifacts.write("vmlinuz", Self.kernel)
        try artifacts.write("initrd", Data("initrd".utf8))
        try artifacts.write("deep/er/file", Data("deep".utf8))
        var settings = BootSettings()
        settings.interfaces = ["lo"]
        settings.dhcpMode = mode
        (settings.dhcpPort, settings.pxePort, settings.tftpPort, settings.httpPort) = (0, 0, 0, 0)
        (settings.loaders, settings.artifacts) = (loaders.path, artifacts.path)
        settings.shutdownWithin = shutdownWithin
        server = BootServer(
            settings, gate: gate,
            actions: calls.actions(gate, neighbour: { _ in neighbour }, response: response), log: .quiet,
            patience: patience)
        ports = try #require(try await server.start().listeners.first)
    }
}
