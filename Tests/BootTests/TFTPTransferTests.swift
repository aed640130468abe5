import NIOCore
import Testing

@testable import Boot

struct TFTPTransferTests {
    private func transfer(_ size: Int, _ options: [TFTPOption] = []) -> TFTPTransfer {
        let request = TFTPRequest(file: "f", options: options)
        return TFTPTransfer(terms: TFTPTerms(request, size: size), size: size)
    }

    @Test(
        arguments: [
            ([("blksize", "1468"), ("tsize", "0")], 1468, 1, "blksize=1468 tsize=99"),
            (
                [("tsize", "0"), ("blksize", "1468"), ("windowsize", "4")], 1468, 4,
                "tsize=99 blksize=1468 windowsize=4"
            ),
            ([("BLKSIZE", "7")], 512, 1, ""), ([("blksize", "99999")], 65_464, 1, "blksize=65464"),
            ([("windowsize", "0")], 512, 1, ""), ([("windowsize", "65535")], 512, 64, "windowsize=64"),
            ([("multicast", ""), ("x", "y")], 512, 1, ""), ([("timeout", "3")], 512, 1, "timeout=3"),
            ([("timeout", "0")], 512, 1, ""), ([("timeout", "300")], 512, 1, ""),
        ] as [([(String, String)], Int, Int, String)])
    func `options are agreed on, or left out`(
        options: [(String, String)], blockSize: Int, windowSize: Int, accepted: String
    ) {
        let request = TFTPRequest(file: "f", options: options.map { TFTPOption($0.0.lowercased(), $0.1) })
        let terms = TFTPTerms(request, size: 99)
        #expect(terms.blockSize == blockSize)
        #expect(terms.windowSize == windowSize)
        #expect(terms.accepted.map { "\($0.name)=\($0.value)" }.joined(separator: " ") == accepted)
    }

    @Test(arguments: [(0, 1), (511, 1), (512, 2), (513, 2), (1024, 3)])
    func `a file ends with a short block, empty where it must be`(size: Int, last: Int) {
        let transfer = transfer(size)
        #expect(transfer.last == last)
        #expect(transfer.bytes(of: last).count == size % 512)
    }

    @Test func `a request without options is answered by data`() {
        var transfer = transfer(600)
        #expect(transfer.start() == .send(1...1))
        #expect(transfer.receive(acknowledgement: 1) == .send(2...2))
        #expect(transfer.receive(acknowledgement: 1) == .wait)
        #expect(transfer.receive(acknowledgement: 2) == .finished)
    }

    @Test func `options are acknowledged before data`() {
        var transfer = transfer(600, [TFTPOption("tsize", "0")])
        #expect(transfer.start() == .sendOptions)
        #expect(transfer.receive(acknowledgement: 5) == .wait)
        #expect(transfer.timeOut() == .sendOptions)
        #expect(transfer.receive(acknowledgement: 0) == .send(1...1))
    }

    @Test func `a gap in a window is filled from the block behind it, once`() {
        var transfer = transfer(5120, [TFTPOption("windowsize", "4")])
        _ = transfer.start()
        #expect(transfer.receive(acknowledgement: 0) == .send(1...4))
        #expect(transfer.receive(acknowledgement: 2) == .send(3...6))
        #expect(transfer.receive(acknowledgement: 2) == .send(3...6))
        #expect(transfer.receive(acknowledgement: 2) == .wait)
        #expect(transfer.timeOut() == .send(3...6))
    }

    @Test func `a client that stopped answering is left after six repetitions, more slowly each time`() {
        var transfer = transfer(10)
        _ = transfer.start()
        var patience: [Int] = []
        while transfer.timeOut() != .abandoned { patience.append(transfer.patience) }
        #expect(patience == [2, 4, 8, 10, 10, 10])
    }

    @Test(arguments: [1, 4, 16, 64], [8, 512])
    func `block numbers roll over`(windowSize: Int, blockSize: Int) {
        let size = blockSize * 140_000 + 3
        var transfer = transfer(
            size, [TFTPOption("blksize", "\(blockSize)"), TFTPOption("windowsize", "\(windowSize)")])
        #expect(transfer.start() == .sendOptions)
        var step = transfer.receive(acknowledgement: 0)
        var received = 0
        while case .send(let blocks) = step {
            #expect(blocks.lowerBound == received + 1)
            received = blocks.upperBound
            step = transfer.receive(acknowledgement: UInt16(truncatingIfNeeded: received))
        }
        #expect(step == .finished)
        #expect(received == 140_001)
    }

    /// A network that loses, doubles and delays, by virtual time, with a receiver that keeps to RFC 7440.
    @Test(arguments: 0..<40)
    func `a file arrives whole over a bad network`(seed: Int) throws {
        var random = SeededGenerator(UInt64(seed))
        let loss = Double.random(in: 0...0.25, using: &random)
        let windowSize = [1, 2, 4, 16].randomElement(using: &random) ?? 1
        let size = Int.random(in: 0...200_000, using: &random)
        var transfer = transfer(
            size, [TFTPOption("blksize", "1468"), TFTPOption("windowsize", "\(windowSize)")])
        enum Message: Hashable { case options, data(Int), acknowledgement(Int) }
        var inFlight: [(at: Int, message: Message)] = []
        var (now, received, inWindow, deadline) = (0, -1, 0, 0)
        func send(_ message: Message) {
            for _ in 0..<(Double.random(in: 0..<1, using: &random) < 0.1 ? 2 : 1)
            where Double.random(in: 0..<1, using: &random) >= loss {
                inFlight.append((now + Int.random(in: 1...80, using: &random), message))
            }
        }
        func perform(_ step: TFTPTransfer.Step) -> Bool {
            switch step {
            case .wait: return false
            case .sendOptions: send(.options)
            case .send(let blocks): for block in blocks { send(.data(block)) }
            case .finished, .abandoned: return true
            }
            deadline = now + transfer.patience * 1000
            return false
        }
        var ended = perform(transfer.start())
        var isWhole = false
        while !ended {
            inFlight.sort { $0.at < $1.at }
            guard let next = inFlight.first, next.at < deadline else {
                now = deadline
                ended = perform(transfer.timeOut())
                continue
            }
            inFlight.removeFirst()
            now = next.at
            switch next.message {
            case .acknowledgement(let block):
                ended = perform(transfer.receive(acknowledgement: UInt16(truncatingIfNeeded: block)))
            case .options:
                if received <= 0 {
                    received = 0
                    send(.acknowledgement(0))
                }
            case .data(let block):
                guard received >= 0 else { continue }
                if block == received + 1 {
                    received = block
                    inWindow += 1
                    isWhole = block == transfer.last
                    if inWindow == windowSize || isWhole {
                        inWindow = 0
                        send(.acknowledgement(received))
                    }
                } else {
                    inWindow = 0
                    send(.acknowledgement(received))
                }
            }
            #expect(now < 3_600_000, "an hour for \(size) bytes")
        }
        // With every last acknowledgement lost the server may give up; the file is whole all the same.
        #expect(isWhole)
        #expect(received == transfer.last)
    }
}
