import NIOCore

/// The receiving side of one TFTP transfer as a state machine without sockets (RFC 1350, 2347-2349, 7440).
struct TFTPTransfer: Sendable {
    enum Step: Hashable, Sendable {
        /// Nothing to send: a packet in the middle of a window, or one seen before.
        case wait
        case send(TFTPPacket)
        /// The file is complete; the last acknowledgement still has to go out.
        case finished(TFTPPacket)
        /// The size was all that was asked for; the packet tells the server to stop.
        case probed(TFTPPacket)
        case refused(code: UInt16, message: String)
        case broken(String)
    }

    let request: TFTPPacket
    /// What the last step asked to send: it is sent again when the server stays silent.
    private(set) var lastSent: TFTPPacket
    /// `tsize` of the server's answer, in bytes.
    private(set) var announced: Int?
    private(set) var received = 0
    /// The beginning of the file, as much as was to be kept.
    private(set) var head = ByteBuffer()

    private let keep: Int
    private let probe: Bool
    private let offered: [TFTPPacket.Option]
    private var blockSize = 512
    private var window = 1
    private var lastBlock: UInt16 = 0
    private var inWindow = 0
    private var complained = false
    private var started = false

    /// - Parameters:
    ///   - keep: how many bytes of the file's beginning to keep.
    ///   - probe: ask for the size only and end the transfer with an error packet, as PXE firmware does first.
    init(file: String, options: [TFTPPacket.Option], keep: Int = 0, probe: Bool = false) {
        request = .read(file: file, mode: "octet", options: options)
        lastSent = request
        offered = options
        self.keep = keep
        self.probe = probe
    }

    mutating func receive(_ packet: TFTPPacket) -> Step {
        let step = answer(packet)
        if case .send(let packet) = step { lastSent = packet }
        return step
    }

    private mutating func answer(_ packet: TFTPPacket) -> Step {
        switch packet {
        case .options(let options): return accept(options)
        case .data(let block, let data): return take(block, data)
        case .error(let code, let message): return .refused(code: code, message: message)
        case .read, .acknowledge: return .broken("the server sent a client's packet")
        }
    }

    private mutating func accept(_ options: [TFTPPacket.Option]) -> Step {
        // A repeated OACK: our first acknowledgement was lost.
        guard !started else { return lastBlock == 0 ? .send(.acknowledge(block: 0)) : .wait }
        for option in options {
            let name = option.name.lowercased()
            guard let asked = offered.first(where: { $0.name.lowercased() == name }), let value = Int(option.value)
            else {
                return .broken("the server agreed to \(option.name)=\(option.value), which was not asked for")
            }
            switch name {
            case "blksize" where (8...(Int(asked.value) ?? 0)).contains(value): blockSize = value
            case "windowsize" where (1...(Int(asked.value) ?? 0)).contains(value): window = value
            case "tsize": announced = value
            case "timeout" where asked.value == option.value: break
            default: return .broken("the server answered \(option.name)=\(option.value) to \(asked.value)")
            }
        }
        started = true
        return probe ? .probed(.error(code: 8, message: "User aborted download")) : .send(.acknowledge(block: 0))
    }

    private mutating func take(_ block: UInt16, _ data: ByteBuffer) -> Step {
        // DATA as the first answer: the server knows no options (RFC 2347), so its 512-byte blocks hold.
        started = true
        if probe { return .probed(.error(code: 0, message: "User aborted download")) }
        guard block == lastBlock &+ 1 else {
            // One complaint for each gap: more of them would make the server send the window again and again.
            // Blocks that we have are duplicates; a lost acknowledgement of ours is repaired by our timeout.
            let behind = lastBlock &- block < 0x8000
            guard !behind, !complained else { return .wait }
            complained = true
            inWindow = 0
            return .send(.acknowledge(block: lastBlock))
        }
        guard data.readableBytes <= blockSize else { return .broken("a block of \(data.readableBytes) bytes") }
        lastBlock = block
        complained = false
        received += data.readableBytes
        if head.readableBytes < keep,
            let part = data.getSlice(
                at: data.readerIndex, length: min(data.readableBytes, keep - head.readableBytes))
        {
            head.writeImmutableBuffer(part)
        }
        inWindow += 1
        if data.readableBytes < blockSize { return .finished(.acknowledge(block: block)) }
        guard inWindow >= window else { return .wait }
        inWindow = 0
        return .send(.acknowledge(block: block))
    }

    /// What to send after a silence. A window is taken up again at the last block that arrived.
    mutating func timedOut() -> TFTPPacket {
        if started, !probe {
            inWindow = 0
            complained = false
            lastSent = .acknowledge(block: lastBlock)
        }
        return lastSent
    }
}
