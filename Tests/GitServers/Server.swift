import Foundation
import Glibc
import Programs

/// A server process of a test, killed with the last reference to it.
package final class Server: Sendable {
    private let child: pid_t
    private let output: Int32
    package let port: Int

    /// Starts the program and waits for the line, on either output, that `port` can read a port from.
    package init(_ name: String, _ arguments: [String], port: (Substring) -> Int?) throws {
        let (child, output) = try spawnToSocket([name] + arguments, environment: cleanEnvironment, leadsGroup: true)
        var text: [UInt8] = []
        while true {
            let more = readSome(output)
            text += more ?? []
            let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
            if let found = lines.lazy.compactMap(port).first {
                self.port = found
                break
            }
            guard more != nil else {
                stopServer(child)
                close(output)
                throw ProgramFailed(description: "\(name) did not start: \(lines.joined(separator: "; "))")
            }
        }
        self.child = child
        // Kept open: the server goes on writing to it.
        self.output = output
    }

    deinit {
        stopServer(child)
        close(output)
    }

    /// `git daemon` over the directory that holds the bare repository at `path`.
    package static func gitDaemon(_ path: String, writable: Bool = true) throws -> Server {
        try retrying { port in
            try Server(
                "git",
                [
                    "daemon", "--verbose", "--reuseaddr", "--listen=127.0.0.1", "--port=\(port)", "--export-all",
                    "--base-path=\(folder(of: path))",
                ] + (writable ? ["--enable=receive-pack"] : [])
            ) { $0.contains("Ready to rumble") ? port : nil }
        }
    }

    /// `git http-backend` behind HTTP, or HTTPS with a certificate and its key. The file's text, when one is named, is what opens
    /// `/locked` as a password; it is read for each request.
    package static func http(_ path: String, certificate: [String] = [], secret: String? = nil) throws -> Server {
        let certificate = certificate.isEmpty ? ["-", "-"] : certificate
        return try python("githttp", [folder(of: path)] + certificate + (secret.map { [$0] } ?? []))
    }

    /// Passes connections on to a port, and cuts each one after so many bytes of its `direction`; see cut.py.
    package static func cutting(_ port: Int, _ direction: String, _ limits: [Int]) throws -> Server {
        try python("cut", ["\(port)", direction] + limits.map { "\($0)" })
    }

    /// Passes connections on to that port, at so many bytes a second.
    package static func slow(_ port: Int, bytesPerSecond: Int) throws -> Server {
        try python("cut", ["\(port)", "slow", "\(bytesPerSecond)"])
    }

    /// Passes connections on to that port: so many bytes at once, and then so many a second.
    package static func dripping(_ port: Int, bytesPerSecond: Int, after count: Int) throws -> Server {
        try python("cut", ["\(port)", "drip", "\(bytesPerSecond)", "\(count)"])
    }

    private static func python(_ name: String, _ arguments: [String]) throws -> Server {
        guard let script = Bundle.module.path(forResource: name, ofType: "py", inDirectory: "Servers") else {
            throw ProgramFailed(description: "\(name).py is not among the resources")
        }
        return try Server("python3", [script] + arguments) { line in
            line.hasPrefix("port ") ? Int(line.dropFirst(5)) : nil
        }
    }

    /// OpenSSH, for this user, with the host keys and settings given.
    package static func ssh(_ settings: [String], hostKeys: [String], in sandbox: Sandbox) throws -> Server {
        // sshd refuses to run as root without the directory that its package's service makes.
        if getuid() == 0 { mkdir("/run/sshd", 0o755) }
        let common = [
            "ListenAddress 127.0.0.1", "StrictModes no", "UsePAM no", "PasswordAuthentication no",
            "KbdInteractiveAuthentication no", "PidFile none", "PermitRootLogin yes",
            "SetEnv GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null",
        ]
        return try retrying { port in
            let lines = common + ["Port \(port)"] + hostKeys.map { "HostKey \($0)" } + settings
            let file = try sandbox.write(lines.joined(separator: "\n") + "\n", to: "sshd_config-\(port)")
            // It wants to be called by its full path, because it runs itself again.
            return try Server(find("sshd") ?? "sshd", ["-D", "-e", "-f", file]) {
                $0.contains("Server listening on") ? port : nil
            }
        }
    }

    /// nginx before `git http-backend`, by fcgiwrap: `/open` needs no login, `/locked` needs ada:secret.
    package static func nginx(_ path: String, in sandbox: Sandbox) throws -> Server {
        try python("nginx", [sandbox.path, folder(of: path)])
    }

    /// For servers that cannot tell which port they took: tries ports that were free a moment ago.
    private static func retrying(_ start: (Int) throws -> Server) throws -> Server {
        for _ in 0..<4 {
            if let server = try? start(try freePort()) { return server }
        }
        return try start(try freePort())
    }
}

private func folder(of path: String) -> String { URL(filePath: path).deletingLastPathComponent().path }

/// Kills the whole group: `git daemon` is a program that `git` starts.
private func stopServer(_ child: pid_t) {
    kill(-child, SIGKILL)
    reap(child)
}

private func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(descriptor, address, size) == 0 && getsockname(descriptor, address, &size) == 0
        }
    }
    guard bound else { throw ProgramFailed(description: "no free port: \(String(cString: strerror(errno)))") }
    return Int(UInt16(bigEndian: address.sin_port))
}
