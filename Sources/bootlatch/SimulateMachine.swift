import ArgumentParser
import Foundation
import Inventory
import Simulate

struct SimulateMachine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "A software machine: real DHCP, TFTP, HTTP and webhook packets against a running server.",
        discussion: """
            Without privileges: it speaks as a relay from its own port (RFC 8357). What it sent, received and did is printed as it \
            happens.

            Exits 0 when the machine booted from the network and its report was taken, or was refused and turned to its disk (a \
            server that stays silent is a refusal too: the text says so); 1 when --expect says otherwise; 2 when the machine stands \
            still, its report was not taken, or there is no server.
            """)

    enum Report: String, CaseIterable, ExpressibleByArgument { case success, failed, progress, none }
    enum Expectation: String, CaseIterable, ExpressibleByArgument { case netboot, disk }

    @Argument(help: "The machine's MAC, in any notation.", transform: { try readMAC($0) })
    var mac: MACAddress

    @Option(
        help: "What speaks first after power-on: \(Machine.Firmware.allCases.map(\.rawValue).joined(separator: ", ")).")
    var firmware = Machine.Firmware.biosIPXE

    @Option(help: "The machine's UUID. Default: one that ends in its MAC.", transform: { try readUUID($0) })
    var uuid: SystemUUID?

    @Option(help: "The machine's serial number.")
    var serial = ""

    @Option(help: "What it reports to the boot's webhook, if it netboots: success, failed, progress or none.")
    var report = Report.success

    @Option(help: "netboot or disk: exit 1 when the machine does the other.")
    var expect: Expectation?

    @Option(name: .shortAndLong, help: "table or json.")
    var output = ClientOptions.Output.table

    @OptionGroup var network: SimulatedNetwork
    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        let machine = Machine(mac: mac, uuid: uuid, serial: serial, firmware: firmware)
        let (endpoints, network) = try network.resolve(for: mac, settings)
        let isTable = output == .table
        let transcript = Transcript { if isTable { tell("\($0)") } }
        let outcome = try await machine.boot(against: endpoints, over: network, transcript: transcript)
        var reply = SimulateReply(machine, outcome, transcript.steps)
        if let report = Hook.Report(rawValue: report.rawValue), case .booted(let kernel) = outcome {
            let sent = await SimulateReply.Report.send(report, to: kernel.hook)
            if isTable { tell(sent.line) }
            reply.report = sent
        }
        if !isTable { tell(try json(reply)) }
        if let code = reply.exitCode(expecting: expect) { throw code }
    }
}

extension Machine.Firmware: ExpressibleByArgument {}

extension SimulateReply.Report {
    fileprivate static func send(_ report: Hook.Report, to hook: Hook?) async -> Self {
        guard let hook else {
            return Self(
                kind: report.rawValue,
                failure: "no webhook in script or kernel arguments: write {{hookURL}} there, or use --report none")
        }
        do {
            let answer = try await hook.send(report)
            let failure = answer.status == 200 ? nil : answer.text.trimmingCharacters(in: .whitespacesAndNewlines)
            return Self(kind: report.rawValue, url: "\(hook.url)", status: answer.status, failure: failure)
        } catch {
            return Self(kind: report.rawValue, url: "\(hook.url)", failure: "\(error)")
        }
    }

    fileprivate var line: String {
        let answer = [status.map { "\($0)" }, failure].compactMap { $0 }.joined(separator: ": ")
        return "report \(kind)\(url.map { " to \($0)" } ?? ""): \(answer)"
    }
}

extension SimulateReply {
    /// Nil for success.
    func exitCode(expecting expected: SimulateMachine.Expectation?) -> ExitCode? {
        let hasNetbooted = outcome == "booted" || outcome == "chained"
        if outcome == "failed" || report?.failure != nil { return ExitCode(2) }
        switch expected {
        case .netboot where !hasNetbooted, .disk where outcome != "localDisk": return ExitCode(1)
        case .netboot, .disk, nil: return nil
        }
    }
}

private func readMAC(_ text: String) throws -> MACAddress {
    guard let mac = MACAddress(text) else { throw ValidationError("\(text) is no MAC, such as 52:54:00:12:34:01") }
    return mac
}

private func readUUID(_ text: String) throws -> SystemUUID {
    guard let uuid = SystemUUID(text) else {
        throw ValidationError("\(text) is no UUID, such as b0071a7c-0000-4000-8000-525400123401")
    }
    return uuid
}
