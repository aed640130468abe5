import Dispatch
import GitServers
import Glibc
import Programs

/// A TCP socket on a free port of 127.0.0.1 that nobody accepts from: the kernel connects its clients, and no byte
/// ever comes.
final class Listener: Sendable {
    let port: Int
    private let descriptor: Int32

    init(backlog: Int32) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && getsockname(descriptor, address, &size) == 0
            }
        }
        guard bound, listen(descriptor, backlog) == 0 else {
            close(descriptor)
            throw ProgramFailed(description: "cannot listen: \(String(cString: strerror(errno)))")
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Clients that fill the backlog, so that the next one's connection is never made.
    func fill() -> Clients {
        let clients = Clients()
        while clients.connect(to: port) {}
        return clients
    }

    /// Returns when a client has connected.
    func connected() async {
        await withCheckedContinuation { continuation in
            let source = DispatchSource.makeReadSource(
                fileDescriptor: descriptor, queue: DispatchQueue(label: "listener"))
            source.setEventHandler {
                source.cancel()
            }
            source.setCancelHandler { continuation.resume() }
            source.activate()
        }
    }

    /// Accepts one client and sends it one byte of `greeting` every tenth of a second.
    func drip(_ greeting: [UInt8]) -> Dripper { Dripper(descriptor, greeting) }
}

/// Connections that are open as long as this lives.
final class Clients {
    private var descriptors: [Int32] = []

    /// False when the connection was not made within 200 ms.
    func connect(to port: Int) -> Bool {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        descriptors.append(client)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = Glibc.connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        var polled = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
        return poll(&polled, 1, 200) == 1
    }

    deinit { descriptors.forEach { close($0) } }
}

/// Sends a greeting so slowly that it never ends in time.
final class Dripper {
    private let timer: any DispatchSourceTimer

    init(_ listener: Int32, _ greeting: [UInt8]) {
        let queue = DispatchQueue(label: "drip")
        timer = DispatchSource.makeTimerSource(queue: queue)
        let state = Drips(listener, greeting)
        timer.setEventHandler { state.send() }
        timer.schedule(deadline: .now(), repeating: .milliseconds(100))
        timer.activate()
    }

    deinit { timer.cancel() }
}

private final class Drips: @unchecked Sendable {  // Used on the timer's queue alone.
    private let listener: Int32
    private var client: Int32 = -1
    private var rest: [UInt8]

    init(_ listener: Int32, _ greeting: [UInt8]) {
        self.listener = listener
        rest = greeting
        _ = fcntl(listener, F_SETFL, O_NONBLOCK)
    }

    func send() {
        if client < 0 { client = accept(listener, nil, nil) }
        guard client >= 0, var byte = rest.first else { return }
        rest.removeFirst()
        _ = Glibc.send(client, &byte, 1, Int32(MSG_NOSIGNAL))
    }

    deinit { if client >= 0 { close(client) } }
}
