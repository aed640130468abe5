import Foundation
import NIOCore
import NIOHTTP1
import Oracle
import Simulate

/// A real `bootlatch serve` over its real surfaces: operators ask its control socket, machines its HTTP, each from an address of
/// its own. It runs stepped: it reads the sequence's clock, and looks, writes and sweeps when the sequence says so.
package final class DaemonSubject: Subject {
    private let place: SubjectPlace
    private var remote: String
    private var branch: String
    private var process: DaemonProcess
    /// From which address each boot's machine asks.
    private var addresses: [String: String] = [:]
    /// Boots whose kernel is in the journal as served whole.
    private var whole: Set<String> = []
    private var chained: Set<String> = []
    /// The newest event that was read.
    private var cursor: Int64 = 0
    /// What `/v1/status` said of each MAC, as long as nothing was asked of the daemon and no time went by.
    private var decisions: (wall: Int64, monotonic: Int64, shown: [String: Status.Interface])?

    package init(_ place: SubjectPlace) throws {
        self.place = place
        remote = place.remote
        branch = place.branch
        let manager = FileManager.default
        for name in ["run", "stepped", "loaders", "artifacts/disk"] {
            try manager.createDirectory(atPath: "\(place.state)/\(name)", withIntermediateDirectories: true)
        }
        for name in ["artifacts/disk/vmlinuz", "artifacts/disk/initrd", "loaders/snponly.efi"] {
            try Data("\(name), a few bytes".utf8).write(to: URL(fileURLWithPath: "\(place.state)/\(name)"))
        }
        try Self.setClock(place)
        process = try Self.start(place, place.remote, branch: place.branch)
    }

    private static func start(_ place: SubjectPlace, _ url: String, branch: String) throws -> DaemonProcess {
        let folder = place.state
        let settings = [
            "state=\(folder)/state", "inventory.url=\(url)", "inventory.branch=\(branch)",
            "writeBack.window=0s", "boot.address=127.0.0.1", "boot.dhcp.mode=off", "boot.tftp.port=0",
            "boot.http.port=0", "boot.http.artifacts=\(folder)/artifacts", "boot.loaders=\(folder)/loaders",
            "control.socket=\(folder)/run/control.sock", "control.http=off",
        ]
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BOOTLATCH_") }
        environment["BOOTLATCH_STEPPED"] = "\(folder)/stepped"
        return try DaemonProcess(["serve"] + settings.flatMap { ["--set", $0] }, environment: environment)
    }

    /// In one step: the daemon reads the old time or the new one.
    private static func setClock(_ place: SubjectPlace) throws {
        try Data("\(place.clock.wall) \(place.clock.monotonic)\n".utf8).write(
            to: URL(fileURLWithPath: place.state + "/stepped/clock"), options: .atomic)
    }

    // Asking

    private var soon: ContinuousClock.Instant { .now.advanced(by: .seconds(60)) }

    @discardableResult
    private func control(
        _ method: HTTPMethod, _ path: String, body: String? = nil, statuses: Set<Int> = [200]
    ) async throws -> HTTPClient.Response {
        try Self.setClock(place)
        if method != .GET { decisions = nil }
        let response = try await HTTPClient().request(
            method, .unix(path: place.state + "/run/control.sock"), path: path,
            headers: ["content-type": "application/json"], body: body.map { ByteBuffer(string: $0) }, deadline: soon)
        guard statuses.contains(response.status) else { throw Unexpected(asked: path, response) }
        return response
    }

    @discardableResult
    private func provisioning(
        _ method: HTTPMethod, _ path: String, from address: String, headers: HTTPHeaders = [:], statuses: Set<Int>
    ) async throws -> HTTPClient.Response {
        try Self.setClock(place)
        decisions = nil
        let response = try await HTTPClient(source: address).request(
            method, .tcp(host: "127.0.0.1", port: process.httpPort), path: path, headers: headers, deadline: soon)
        guard statuses.contains(response.status) else { throw Unexpected(asked: path, response) }
        return response
    }

    private func decode<Reply: Decodable>(_ response: HTTPClient.Response) throws -> Reply {
        try JSONDecoder().decode(Reply.self, from: Data(response.body.readableBytesView))
    }

    // Operators

    package var isMortal: Bool { true }
    package var log: [String] { process.log }

    package func poll() async throws { try await control(.POST, "/v1/reconcile") }

    package func decision(_ mac: String) async throws -> String {
        if let known = try await shown(mac), known.reason != "installing" {
            return try reason(decision: known.decision, reason: known.reason)
        }
        // No host that is listed, for of one that stands in two manifests only one is; or a word that says more than the rules do.
        let response = try await control(.GET, "/v1/why?host=\(mac)", statuses: [200, 404])
        guard response.status == 200 else { return "unknown" }
        let why: Why = try decode(response)
        guard let found = why.interfaces.first else { throw Unexpected(asked: "why \(mac)", response) }
        let refusal = found.rules.lazy.compactMap(\.refusal).first ?? "armed"
        guard [refusal, "installing"].contains(found.status.reason) else {
            throw Unexpected(asked: "why \(mac)", response)
        }
        return try reason(decision: found.status.decision, reason: refusal)
    }

    package func isInstalling(_ mac: String) async throws -> Bool? { try await shown(mac)?.reason == "installing" }

    /// What `/v1/status` shows of a MAC.
    private func shown(_ mac: String) async throws -> Status.Interface? {
        let (wall, monotonic) = (place.clock.wall, place.clock.monotonic)
        if decisions.map({ ($0.wall, $0.monotonic) != (wall, monotonic) }) ?? true {
            let status: Status = try decode(try await control(.GET, "/v1/status"))
            let shown = status.hosts.flatMap(\.interfaces).map { ($0.mac, $0) }
            decisions = (wall, monotonic, Dictionary(shown) { first, _ in first })
        }
        return decisions?.shown[mac]
    }

    package func accept(_ host: String) async throws {
        // 404 and 409 say that there is nothing to accept.
        try await control(.POST, "/v1/reconcile", body: #"{"accept": ["\#(host)"]}"#, statuses: [200, 404, 409])
    }

    package func suspend(_ host: String?, _ isSuspended: Bool) async throws -> Bool {
        let asked = host.map { "\"host\": \"\($0)\", " } ?? ""
        let body = "{\(asked)\"reason\": \"by hand\", \"author\": \"Ada\", \"email\": \"Ada@lab\"}"
        let response = try await control(
            .POST, isSuspended ? "/v1/suspend" : "/v1/resume", body: body, statuses: [200, 404, 409])
        return response.status == 200
    }

    package func sweep() async throws { try await control(.POST, "/v1/stepped/sweep") }
    package func flush() async throws { try await control(.POST, "/v1/stepped/flush") }

    // Machines

    package func loader(_ mac: String, address: String) throws -> String? {
        try Self.setClock(place)
        decisions = nil
        let name = "\(mac.replacing(":", with: "-"))/snponly.efi"
        switch try askTFTP(for: name, from: address, port: process.tftpPort) {
        case .data: return "served"
        case .error(let text) where text.hasPrefix("refused: "): return try reason(console: String(text.dropFirst(9)))
        case .error(let text): throw UnknownReason(text: text)
        }
    }

    package func script(_ mac: String, shows shown: Identity, address: String) async throws -> ScriptAnswer {
        let serial = shown.serial?.replacing(" ", with: "%20")
        let query = (shown.uuid.map { "&uuid=\($0)" } ?? "") + (serial.map { "&serial=\($0)" } ?? "")
        let name = mac.replacing(":", with: "-")
        let response = try await provisioning(
            .GET, "/boot/\(name)/script.ipxe?platform=efi\(query)", from: address, statuses: [200, 404])
        try await control(.POST, "/v1/stepped/settle")
        // The host may have gone with the look at the remote that a first script causes.
        if response.status == 404 {
            guard ["no manifest names \(mac)\n", "unknown\n"].contains(response.text) else {
                throw Unexpected(asked: mac, response)
            }
            return .refused("unknown")
        }
        if let token = response.text.segment(after: "/b/"), let hook = response.text.segment(after: "/hooks/") {
            addresses[token] = address
            if response.text.contains("chain --replace") { chained.insert(token) }
            return .served(token: token, hookToken: hook)
        }
        guard let open = response.text.firstRange(of: "boots its disk ("),
            let close = response.text[open.upperBound...].firstIndex(of: ")")
        else { throw Unexpected(asked: mac, response) }
        let refusal = try reason(console: String(response.text[open.upperBound..<close]))
        // A passed deadline is recorded by the beat, within five seconds; here that is now.
        if refusal == "spent:expired" { try await sweep() }
        return .refused(refusal)
    }

    package func kernel(_ token: String, whole isWhole: Bool) async throws {
        let isOurs = !chained.contains(token)
        try await provisioning(
            .GET, "/b/\(token)/kernel", from: addresses[token] ?? "127.0.0.1",
            headers: isWhole ? [:] : ["range": "bytes=0-0"], statuses: isOurs ? [isWhole ? 200 : 206] : [404])
        guard isOurs, isWhole, whole.insert(token).inserted else { return }
        // Whole is what went out, so it is on disk a moment after the last byte.
        let end = soon
        while try await !isServedWhole(token) {
            guard .now < end else { throw Unheard(what: "the kernel of \(token) served whole") }
        }
    }

    private func isServedWhole(_ token: String) async throws -> Bool {
        let events: [Event] = try decode(try await control(.GET, "/v1/events?after=\(cursor)&limit=10000"))
        cursor = events.last?.sequence ?? cursor
        return events.contains { $0.detail == "kernel served whole" }
    }

    package func bytes(_ token: String) async throws -> String {
        // Asks as for a kernel, and counts as none.
        let response = try await provisioning(
            .GET, "/b/\(token)/artifacts/disk/initrd", from: addresses[token] ?? "127.0.0.1", statuses: [200, 403, 404])
        guard response.status != 200 else { return "netboot" }
        guard response.text.hasPrefix("refused: ") else { throw Unexpected(asked: token, response) }
        return try reason(console: response.text.dropFirst(9).trimmingCharacters(in: .newlines))
    }

    /// No route serves answers yet.
    package func answers(_ token: String) -> String? { nil }

    package func report(_ hookToken: String, success: Bool, address: String) async throws {
        try await provisioning(
            .POST, "/hooks/\(hookToken)\(success ? "" : "/failed")", from: address, statuses: [200, 404])
    }

    package func unknownReport(address: String) async throws {
        try await provisioning(.POST, "/hooks/\(String(repeating: "5", count: 32))", from: address, statuses: [404])
    }

    // Life and death

    package func restart(keepJournal: Bool) throws {
        process.end()
        decisions = nil
        if !keepJournal {
            cursor = 0
            for ending in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: "\(place.state)/state/journal.sqlite\(ending)")
            }
        }
        try Self.setClock(place)
        process = try Self.start(place, remote, branch: branch)
    }

    package func follow(remote: String, branch: String) throws {
        (self.remote, self.branch) = (remote, branch)
        try restart(keepJournal: true)
    }

    package func dieFlushing(_ moment: Moment) async throws {
        try await prepare(moment)
        _ = try? await flush()
        try restart(keepJournal: true)
    }

    package func dieReporting(
        _ hookToken: String, success: Bool, address: String, _ moment: Moment
    ) async throws -> Bool {
        try await prepare(moment)
        let path = "/hooks/\(hookToken)\(success ? "" : "/failed")"
        let answer = try? await provisioning(.POST, path, from: address, statuses: [200])
        try restart(keepJournal: true)
        return answer != nil
    }

    private func prepare(_ moment: Moment) async throws {
        switch moment {
        case .point(let name): try await control(.POST, "/v1/stepped/crash?at=\(name)")
        case .after(let pause): process.kill(after: pause)
        }
    }

    package func stop() { process.end() }
}
