import Inventory
import NIOCore
import NIOHTTP1

/// Ends a boot from any depth of it.
struct BootEnded: Error {
    var outcome: BootOutcome

    init(_ outcome: BootOutcome) { self.outcome = outcome }
}

extension Machine {
    /// Powers the machine on and follows it until it has booted something or given up.
    ///
    /// A refusal is an outcome; errors are what keeps the machine itself from running (no socket, a cancelled task).
    package func boot(
        against endpoints: Endpoints, over network: Network = Network(), transcript: Transcript = Transcript()
    ) async throws -> BootOutcome {
        let run = BootRun(
            machine: self, endpoints: endpoints, network: network, transcript: transcript,
            deadline: .now + network.patience)
        let outcome: BootOutcome
        do {
            outcome = try await run.powerOn()
        } catch let ended as BootEnded {
            outcome = ended.outcome
        }
        transcript.add(.did, .firmware, outcome.summary)
        return outcome
    }
}

extension Machine {
    /// The address that the installed system gets when it starts from the disk; nil when no server leases it one.
    package func lease(
        against endpoints: Endpoints, over network: Network = Network(), transcript: Transcript = Transcript()
    ) async throws -> IPv4Address? {
        do {
            return try await DHCPExchange(
                stack: Stack(systemOn: self), endpoints: endpoints, network: network, transcript: transcript,
                deadline: .now + network.patience
            ).run().address
        } catch is BootEnded {
            return nil
        }
    }
}

/// One boot, from power-on to its outcome.
struct BootRun {
    let machine: Machine
    let endpoints: Endpoints
    let network: Network
    let transcript: Transcript
    let deadline: ContinuousClock.Instant

    func powerOn() async throws -> BootOutcome {
        let firmware = Stack(firmwareOf: machine)
        transcript.add(.did, .firmware, "power-on of \(machine.mac) as \(machine.firmware.rawValue)")
        guard firmware.kind != .ipxe else { return try await ipxe(firmware) }
        let (url, fetched) = try await loader(firmware)
        guard !Script.begins(fetched.head.readableBytesView) else {
            return .localDisk("\(url) is a script, not a program")
        }
        guard fetched.bytes > 0 else { return .localDisk("\(url) is empty") }
        let name = url.name.lowercased()
        guard ["ipxe", "undionly", "snponly", "snp"].contains(where: { name.firstRange(ofText: $0) != nil }) else {
            return .chained(url)
        }
        transcript.add(.did, .firmware, "starts \(url.name): the machine is iPXE now")
        return try await ipxe(Stack(ipxeOn: machine))
    }

    /// The loader that the firmware fetches, over TFTP or by HTTP boot.
    private func loader(_ stack: Stack) async throws -> (URI, Interpreter.Fetched) {
        let configuration = try await configure(stack)
        let url = try bootURL(configuration)
        do {
            if stack.kind == .uefiHTTP {
                _ = try await http(.HEAD, url, stack, configuration.address, for: .chain)
            }
            return (url, try await fetch(url, stack, configuration.address, for: .chain))
        } catch let failure as Interpreter.FetchFailure {
            throw BootEnded(.localDisk("loader \(url): \(failure.why)"))
        }
    }

    /// iPXE from its own DHCP on.
    private func ipxe(_ stack: Stack) async throws -> BootOutcome {
        let configuration = try await configure(stack)
        let settings = settings(stack, configuration)
        let url: URI
        do {
            // iPXE expands file names as it expands script lines: a server may ask for ${uuid}.
            url = try bootURL(configuration) { name throws(ScriptSettings.UnknownFormat) in try settings.expand(name) }
        } catch let error as ScriptSettings.UnknownFormat {
            return .failed(step: "DHCP", why: "unknown format \(error.name) in the file name")
        }
        let address = configuration.address
        let fetched: Interpreter.Fetched
        do {
            fetched = try await fetch(url, stack, address, for: .chain)
        } catch let failure as Interpreter.FetchFailure {
            return .localDisk("\(url): \(failure.why)")
        }
        guard Script.begins(fetched.head.readableBytesView) else { return .chained(url) }
        let transcript = transcript
        var interpreter = Interpreter(
            machine: machine, settings: settings,
            fetch: { url, purpose in try await fetch(url, stack, address, for: purpose) },
            pause: { [network, deadline] seconds in
                guard seconds < 3600, ContinuousClock.now + network.scriptSecond * seconds < deadline else {
                    throw BootEnded(.failed(step: "sleep \(seconds)", why: "nobody waits so long for this machine"))
                }
                try await Task.sleep(for: network.scriptSecond * seconds)
            },
            echo: { transcript.add(.did, .ipxe, $0) })
        switch try await interpreter.run(String(buffer: fetched.head), from: url) {
        case .outcome(let outcome): return outcome
        // UEFI takes exit 0 for a success: it boots nothing else, and opens its setup screen.
        case .finished(0, let why) where !stack.architecture.isBIOS:
            return .failed(
                step: why, why: "UEFI firmware stays in its setup screen after a loader that ends with status 0")
        case .finished(_, let why): return .localDisk(why)
        }
    }

    private func configure(_ stack: Stack) async throws -> Configuration {
        try await DHCPExchange(
            stack: stack, endpoints: endpoints, network: network, transcript: transcript, deadline: deadline
        ).run()
    }

    private func bootURL(_ configuration: Configuration, expand: (String) throws -> String = { $0 }) throws -> URI {
        switch configuration.path {
        case .load(let file, let server):
            let file = try expand(file)
            return URI(file) ?? URI(scheme: "tftp", host: "\(server)", path: file)
        case .nothing(let why): throw BootEnded(.localDisk(why))
        case .ask(let server, _): throw BootEnded(.failed(step: "DHCP", why: "\(server) was to be asked twice"))
        }
    }

    private func settings(_ stack: Stack, _ configuration: Configuration) -> ScriptSettings {
        var settings = ScriptSettings([
            "mac": .mac(machine.mac), "uuid": .uuid(machine.uuid), "serial": .text(machine.serial),
            "ip": .address(configuration.address), "dhcp-server": .address(configuration.lease.server),
            "platform": .text(stack.architecture.isBIOS ? "pcbios" : "efi"),
            "buildarch": .text(stack.architecture.buildName), "user-class": .text("iPXE"),
        ])
        if case .load(let file, let server) = configuration.path {
            settings["filename"] = .text(file)
            settings["next-server"] = .address(server)
        }
        if let name = configuration.lease.message[12] {
            settings["hostname"] = .text(String(decoding: name, as: UTF8.self))
        }
        return settings
    }
}

extension BootOutcome {
    /// One line that a person reads.
    package var summary: String {
        switch self {
        case .localDisk(let why): "boots its disk: \(why)"
        case .booted(let kernel): "boots \(kernel.url) with \(kernel.initrds.count) initrds, \(kernel.bytes) bytes"
        case .chained(let url): "starts \(url)"
        case .poweredOff: "powers itself off"
        case .failed(let step, let why): "fails at \(step): \(why)"
        }
    }
}
