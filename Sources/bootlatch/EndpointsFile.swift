import Foundation

/// `STATE/endpoints.json`: the ports in use. Each listener is added when it is open.
struct EndpointsFile: Codable, Sendable, Equatable {
    struct Listener: Codable, Sendable, Equatable {
        var interface: String
        /// What clients are told.
        var address: String
        /// Nil where DHCP is off; `pxe` also where we are no proxy.
        var dhcp: Int?
        var pxe: Int?
        var tftp: Int
        var http: Int
    }

    struct Control: Codable, Sendable, Equatable {
        var socket: String?
        /// `host:port`
        var http: String?
    }

    var pid = ProcessInfo.processInfo.processIdentifier
    var boot: [Listener] = []
    var control = Control()

    /// Nil without such a file.
    ///
    /// - Throws: `DecodingError` for another file than the daemon's.
    static func read(_ path: String) throws -> EndpointsFile? {
        try FileManager.default.contents(atPath: path).map { try JSONDecoder().decode(EndpointsFile.self, from: $0) }
    }
}
