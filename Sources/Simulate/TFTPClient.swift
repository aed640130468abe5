import Inventory
import NIOCore

/// Runs TFTP transfers over real sockets.
struct TFTPClient: Sendable {
    enum Failure: Error, Equatable, CustomStringConvertible {
        case refused(code: UInt16, message: String)
        case silent
        case broken(String)

        var description: String {
            switch self {
            case .refused(let code, let message): "TFTP error \(code): \(message)"
            case .silent: "the TFTP server is silent"
            case .broken(let why): "TFTP: \(why)"
            }
        }
    }

    var local: IPv4Address
    var faults: Faults
    var timing: Network.Timing
    var transcript: Transcript

    /// Runs a transfer to its end.
    func run(
        _ transfer: TFTPTransfer, from server: SocketAddress, deadline: ContinuousClock.Instant
    ) async throws -> TFTPTransfer {
        var transfer = transfer
        return try await Datagrams.with(boundTo: local, faults: faults.of("tftp \(transfer.request)")) { socket in
            // The server answers from a port of its own, which is then the transfer's (RFC 1350 §4).
            var peer: SocketAddress?
            var silences = 0
            send(transfer.request, socket, to: server)
            log(transfer.request)
            while true {
                let patience = min(deadline, .now + timing.tftp)
                guard let envelope = await socket.receive(until: patience) else {
                    try Task.checkCancellation()
                    silences += 1
                    guard silences < timing.tftpTries, ContinuousClock.now < deadline else { throw Failure.silent }
                    send(transfer.timedOut(), socket, to: peer ?? server)
                    continue
                }
                guard envelope.remoteAddress.ipAddress == server.ipAddress,
                    peer == nil || peer == envelope.remoteAddress
                else { continue }
                var bytes = envelope.data
                guard let packet = try? bytes.readTFTPPacket() else {
                    throw Failure.broken("a packet that is not TFTP")
                }
                peer = envelope.remoteAddress
                silences = 0
                if case .options(let options) = packet {
                    let list = options.map { " \($0.name) \($0.value)" }.joined()
                    transcript.add(.received, .tftp, "OACK\(list)", bytes: envelope.data.readableBytes)
                }
                switch transfer.receive(packet) {
                case .wait: continue
                case .send(let reply): send(reply, socket, to: envelope.remoteAddress)
                case .probed(let last):
                    send(last, socket, to: envelope.remoteAddress)
                    return transfer
                case .finished(let last):
                    send(last, socket, to: envelope.remoteAddress)
                    transcript.add(.received, .tftp, "whole file", bytes: transfer.received)
                    return transfer
                case .refused(let code, let message):
                    transcript.add(.received, .tftp, "ERROR \(code) \(message)")
                    throw Failure.refused(code: code, message: message)
                case .broken(let why): throw Failure.broken(why)
                }
            }
        }
    }

    private func send(_ packet: TFTPPacket, _ socket: Datagrams, to address: SocketAddress) {
        var bytes = ByteBuffer()
        bytes.writeTFTPPacket(packet)
        socket.send(bytes, to: address)
    }

    private func log(_ packet: TFTPPacket) {
        guard case .read(let file, _, let options) = packet else { return }
        transcript.add(.sent, .tftp, "RRQ \(file)" + options.map { " \($0.name) \($0.value)" }.joined())
    }
}

extension Stack {
    /// The transfers that this stack runs for one file: PXE firmware asks for the size first.
    func transfers(of file: String, keep: Int) -> [TFTPTransfer] {
        let size = TFTPPacket.Option("tsize", "0")
        let ipxe = TFTPPacket.Option("blksize", "1432")
        let bios = TFTPPacket.Option("blksize", "1456")
        let uefi = [TFTPPacket.Option("blksize", "1468"), TFTPPacket.Option("windowsize", "4")]
        return switch kind {
        case .ipxe, .system: [TFTPTransfer(file: file, options: [ipxe, size], keep: keep)]
        case .biosPXE:
            [
                TFTPTransfer(file: file, options: [size], probe: true),
                TFTPTransfer(file: file, options: [bios], keep: keep),
            ]
        case .uefiPXE, .uefiHTTP:
            [
                TFTPTransfer(file: file, options: [size] + uefi, probe: true),
                TFTPTransfer(file: file, options: uefi, keep: keep),
            ]
        }
    }
}
