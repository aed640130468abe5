/// What client and server agreed on for one transfer (RFC 2347, 2348, 2349, 7440).
package struct TFTPTerms: Sendable, Equatable {
    package var blockSize = 512
    package var windowSize = 1
    /// Seconds until the first repetition.
    package var timeout = 1
    /// What is acknowledged to the client; empty when it asked for nothing that we know.
    package var accepted: [TFTPOption] = []

    /// Wider windows overrun the receive buffers of firmware.
    private static let widestWindow = 64

    package init(_ request: TFTPRequest, size: Int) {
        for option in request.options {
            let asked = Int(option.value)
            switch option.name {
            case "blksize":
                guard let asked, asked >= 8 else { continue }
                blockSize = min(asked, 65_464)
                accepted.append(TFTPOption("blksize", "\(blockSize)"))
            case "windowsize":
                guard let asked, asked >= 1 else { continue }
                windowSize = min(asked, Self.widestWindow)
                accepted.append(TFTPOption("windowsize", "\(windowSize)"))
            case "timeout":
                // The server may only repeat this option's value or leave the option out.
                guard let asked, (1...255).contains(asked) else { continue }
                timeout = asked
                accepted.append(TFTPOption("timeout", "\(asked)"))
            case "tsize": accepted.append(TFTPOption("tsize", "\(size)"))
            default: continue
            }
        }
    }
}

/// One file on its way to one client: which blocks to send after which event. No socket, no clock.
///
/// Blocks are counted without end here; on the wire they roll over from 65535 to 0.
package struct TFTPTransfer: Sendable {
    package enum Step: Sendable, Equatable {
        case sendOptions
        /// Blocks from 1 on; the last one is shorter than the others, and may be empty.
        case send(ClosedRange<Int>)
        case wait
        case finished
        /// The client stopped answering.
        case abandoned
    }

    package let terms: TFTPTerms
    package let size: Int
    /// The last block.
    package let last: Int
    private var awaitsOptions: Bool
    /// Every block up to this one arrived.
    package private(set) var acknowledged = 0
    private var sent = 0
    /// Repetitions since the last progress.
    private var repetitions = 0
    /// The block after which a gap was already filled once.
    private var repaired = -1

    package static let mostRepetitions = 6

    package init(terms: TFTPTerms, size: Int) {
        self.terms = terms
        self.size = size
        last = size / terms.blockSize + 1
        awaitsOptions = !terms.accepted.isEmpty
    }

    /// Seconds to wait for the next event: doubled with each repetition, ten at most.
    package var patience: Int { min(terms.timeout << repetitions, max(10, terms.timeout)) }

    package mutating func start() -> Step { awaitsOptions ? .sendOptions : sendWindow() }

    package mutating func receive(acknowledgement block: UInt16) -> Step {
        if awaitsOptions {
            guard block == 0 else { return .wait }
            awaitsOptions = false
            repetitions = 0
            return sendWindow()
        }
        // How far ahead of what we know, modulo the rollover; what lies beyond the sent blocks is an old duplicate.
        let ahead = Int(block &- UInt16(truncatingIfNeeded: acknowledged))
        guard ahead <= sent - acknowledged else { return .wait }
        if ahead == 0 { return repair() }
        acknowledged += ahead
        repetitions = 0
        if acknowledged == last { return .finished }
        return sendWindow()
    }

    /// A repeated acknowledgement. With a window it means that the first block after it was lost; answered once, so that duplicates
    /// don't double the traffic for ever (RFC 1123 §4.2.3.1, RFC 7440 §4). Without a window the timer does it.
    private mutating func repair() -> Step {
        guard terms.windowSize > 1, repaired != acknowledged, sent > acknowledged else { return .wait }
        repaired = acknowledged
        return sendWindow()
    }

    package mutating func timeOut() -> Step {
        guard acknowledged < last else { return .finished }
        guard repetitions < Self.mostRepetitions else { return .abandoned }
        repetitions += 1
        repaired = -1
        return awaitsOptions ? .sendOptions : sendWindow()
    }

    private mutating func sendWindow() -> Step {
        let end = min(acknowledged + terms.windowSize, last)
        sent = max(sent, end)
        return .send(acknowledged + 1...end)
    }

    /// The bytes of a block.
    package func bytes(of block: Int) -> Range<Int> {
        let start = (block - 1) * terms.blockSize
        return start..<min(start + terms.blockSize, size)
    }
}
