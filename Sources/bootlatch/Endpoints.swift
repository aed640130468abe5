import Boot
import Foundation
import Logging

/// The ports in use, kept in `STATE/endpoints.json` for whoever started us with port 0.
actor Endpoints {
    private let path: String
    private let log: Logger
    private var file = EndpointsFile()

    init(path: String, log: Logger) {
        self.path = path
        self.log = log
        try? FileManager.default.removeItem(atPath: path)
    }

    func opened(_ ports: BoundPorts) {
        file.boot = ports.listeners.map {
            EndpointsFile.Listener(
                interface: $0.interface, address: "\($0.address)", dhcp: $0.dhcp, pxe: $0.pxe, tftp: $0.tftp,
                http: $0.http)
        }
        save()
    }

    func opened(socket: String) {
        file.control.socket = socket
        log.info("control", metadata: ["socket": "\(socket)"])
        save()
    }

    func opened(http host: String, _ port: Int) {
        file.control.http = "\(host):\(port)"
        log.info("control", metadata: ["http": "\(host):\(port)"])
        save()
    }

    /// In one step: a reader sees the old file or the new one.
    private func save() {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try encoder.encode(file).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            log.warning("endpoints.json not written", metadata: ["error": "\(reason(error))", "path": "\(path)"])
        }
    }
}
