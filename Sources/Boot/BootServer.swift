import Inventory
import Logging
import NIOCore
import NIOPosix

/// The provisioning network: DHCP, TFTP and HTTP on every interface that the settings name.
package actor BootServer {
    private let settings: BootSettings
    private let plane: BootPlane
    private let group: any EventLoopGroup
    private let http: HTTPServer
    private let progress = KernelProgress()
    private let kernels: AsyncStream<(Token, Boot.Kernel)>
    private let kernelsInput: AsyncStream<(Token, Boot.Kernel)>.Continuation
    private var datagrams: [any Channel] = []
    private var kernelTask: Task<Void, Never>?

    package init(
        _ settings: BootSettings, gate: Gate, actions: BootActions, log: Logger, patience: Duration = .seconds(60)
    ) {
        self.settings = settings
        plane = BootPlane(gate: gate, actions: actions, log: log)
        group = MultiThreadedEventLoopGroup.singleton
        (kernels, kernelsInput) = AsyncStream.makeStream()
        http = HTTPServer(
            group: group, patience: .milliseconds(Int64(patience / .milliseconds(1))), kernels: kernelsInput)
    }

    /// Addresses and their MACs, as DHCP showed them.
    package nonisolated var addresses: Addresses { plane.addresses }

    /// Opens every socket, or none.
    package func start() async throws -> BoundPorts {
        let interfaces = try Self.interfaces(settings)
        kernelTask = Task { [kernels, plane] in
            for await (token, kernel) in kernels { await plane.actions.kernelProgress(token, kernel) }
        }
        do {
            var ports = BoundPorts()
            for interface in interfaces { ports.listeners.append(try await open(interface)) }
            return ports
        } catch {
            await shutDown()
            throw error
        }
    }

    /// Ends replies that are on their way after `shutdownWithin`. Returns when all sockets are closed and progress is noted.
    package func shutDown() async {
        for channel in datagrams { try? await channel.close() }
        datagrams = []
        await http.shutDown(within: settings.shutdownWithin)
        kernelsInput.finish()
        await kernelTask?.value
    }

    /// Where it would serve.
    ///
    /// - Throws: `BootServerError` for an interface that is not there, or where clients could not be told our address.
    package static func interfaces(_ settings: BootSettings) throws -> [BootInterface] {
        let found = try BootInterface.find(settings.interfaces, advertised: settings.address)
        guard found.isEmpty else { return found }
        guard settings.dhcpMode == .off else { throw BootServerError.noInterfaces(settings.dhcpMode) }
        // Another server sends clients here; only that server's administrator knows by which address.
        guard let address = settings.address else { throw BootServerError.noInterfaces(.off) }
        return [BootInterface(name: "", address: .any, advertised: address)]
    }

    private func open(_ interface: BootInterface) async throws -> BoundPorts.Listener {
        let loaders = Directory(settings.loaders)
        let artifacts = Artifacts(Directory(settings.artifacts))
        let plane = plane
        let progress = progress
        let http = try await http.listen(at: Endpoint(interface.address, settings.httpPort)) { port in
            let urls = BootURLs(address: interface.advertised, httpPort: port)
            return HTTPResponder(
                plane: plane, urls: urls, loaders: loaders, artifacts: artifacts, progress: progress)
        }
        let urls = BootURLs(address: interface.advertised, httpPort: http)
        let source = TFTPSource(plane: plane, urls: urls, loaders: loaders)
        let tftp = try await keep(
            TFTPServer.bind(source, address: interface.address, port: settings.tftpPort, loop: group.next()))
        let responder = DHCPResponder(mode: settings.dhcpMode, urls: urls, plane: plane, link: interface.address)
        let loop = group.next()
        var dhcp: Int?
        var pxe: Int?
        if settings.dhcpMode != .off {
            dhcp = try await keep(
                DHCPServer.bind(responder, port: .server, number: settings.dhcpPort, on: interface, loop: loop))
        }
        if settings.dhcpMode == .proxy {
            pxe = try await keep(
                DHCPServer.bind(responder, port: .pxe, number: settings.pxePort, on: interface, loop: loop))
        }
        let listener = BoundPorts.Listener(
            interface: interface.name, address: interface.advertised, dhcp: dhcp, pxe: pxe, tftp: tftp, http: http)
        plane.log.info(
            "serving",
            metadata: [
                "interface": "\(interface.name)", "address": "\(interface.advertised)", "http": "\(http)",
                "tftp": "\(tftp)", "dhcp": "\(dhcp, default: "off")", "pxe": "\(pxe, default: "off")",
            ])
        return listener
    }

    private func keep(_ channel: any Channel) -> Int {
        datagrams.append(channel)
        return channel.localAddress?.port ?? 0
    }
}
