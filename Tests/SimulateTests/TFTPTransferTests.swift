import NIOCore
import Testing

@testable import Simulate

@Suite struct TFTPTransferTests {
    private static let options = [
        TFTPPacket.Option("tsize", "0"), TFTPPacket.Option("blksize", "8"), TFTPPacket.Option("windowsize", "4"),
    ]
    private static let full = ByteBuffer(string: "12345678")

    private func started(window: Int = 4, keep: Int = 0) -> TFTPTransfer {
        var transfer = TFTPTransfer(file: "f", options: Self.options, keep: keep)
        let step = transfer.receive(
            .options([TFTPPacket.Option("blksize", "8"), TFTPPacket.Option("windowsize", "\(window)")]))
        #expect(step == .send(.acknowledge(block: 0)))
        return transfer
    }

    @Test func `a window is acknowledged at its end, the last block at once`() {
        var transfer = started(keep: 10)
        for block in 1...3 { #expect(transfer.receive(.data(block: UInt16(block), Self.full)) == .wait) }
        #expect(transfer.receive(.data(block: 4, Self.full)) == .send(.acknowledge(block: 4)))
        #expect(transfer.receive(.data(block: 5, ByteBuffer(string: "x"))) == .finished(.acknowledge(block: 5)))
        #expect(transfer.received == 33)
        #expect(String(buffer: transfer.head) == "1234567812")
    }

    @Test func `a gap is complained of once, and the window starts again after it`() {
        var transfer = started()
        #expect(transfer.receive(.data(block: 1, Self.full)) == .wait)
        #expect(transfer.receive(.data(block: 3, Self.full)) == .send(.acknowledge(block: 1)))
        #expect(transfer.receive(.data(block: 4, Self.full)) == .wait)
        for block in 2...4 { #expect(transfer.receive(.data(block: UInt16(block), Self.full)) == .wait) }
        #expect(transfer.receive(.data(block: 5, Self.full)) == .send(.acknowledge(block: 5)))
        #expect(transfer.received == 40)
    }

    @Test func `a block that came before is not acknowledged again`() {
        var transfer = started(window: 1)
        #expect(transfer.receive(.data(block: 1, Self.full)) == .send(.acknowledge(block: 1)))
        #expect(transfer.receive(.data(block: 1, Self.full)) == .wait)
        #expect(transfer.received == 8)
        #expect(transfer.timedOut() == .acknowledge(block: 1))
    }

    @Test func `block numbers go on after 65535 with 0`() {
        var transfer = started(window: 1)
        for block in 1...65536 {
            let number = UInt16(truncatingIfNeeded: block)
            #expect(transfer.receive(.data(block: number, Self.full)) == .send(.acknowledge(block: number)))
        }
        #expect(transfer.receive(.data(block: 1, ByteBuffer())) == .finished(.acknowledge(block: 1)))
        #expect(transfer.received == 65536 * 8)
    }

    @Test func `a server without options sends blocks of 512 bytes at once`() {
        var transfer = TFTPTransfer(file: "f", options: Self.options)
        let block = ByteBuffer(repeating: 7, count: 512)
        #expect(transfer.receive(.data(block: 1, block)) == .send(.acknowledge(block: 1)))
        #expect(transfer.receive(.data(block: 2, ByteBuffer())) == .finished(.acknowledge(block: 2)))
        #expect(transfer.received == 512)
    }

    @Test func `before the first answer a silence repeats the request`() {
        var transfer = TFTPTransfer(file: "f", options: [])
        #expect(transfer.timedOut() == transfer.request)
    }

    @Test func `a probe ends at the size`() {
        var transfer = TFTPTransfer(file: "f", options: Self.options, probe: true)
        #expect(
            transfer.receive(.options([TFTPPacket.Option("tsize", "173792")]))
                == .probed(.error(code: 8, message: "User aborted download")))
        #expect(transfer.announced == 173792)
    }

    @Test(arguments: [
        [TFTPPacket.Option("blksize", "9")], [TFTPPacket.Option("windowsize", "5")],
        [TFTPPacket.Option("timeout", "1")],
        [TFTPPacket.Option("blksize", "x")], [TFTPPacket.Option("windowsize", "0")],
    ])
    func `an OACK with more than was asked for ends the transfer`(options: [TFTPPacket.Option]) {
        var transfer = TFTPTransfer(file: "f", options: Self.options)
        guard case .broken = transfer.receive(.options(options)) else {
            Issue.record("accepted \(options)")
            return
        }
    }

    @Test func `an error packet is a refusal`() {
        var transfer = TFTPTransfer(file: "f", options: Self.options)
        #expect(transfer.receive(.error(code: 1, message: "no")) == .refused(code: 1, message: "no"))
    }
}
