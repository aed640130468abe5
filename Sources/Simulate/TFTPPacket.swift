import NIOCore

/// A TFTP packet (RFC 1350) with options (RFC 2347).
enum TFTPPacket: Hashable, Sendable {
    struct Option: Hashable, Sendable {
        var name: String
        var value: String

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    case read(file: String, mode: String, options: [Option])
    case data(block: UInt16, ByteBuffer)
    case acknowledge(block: UInt16)
    case error(code: UInt16, message: String)
    case options([Option])
}

enum TFTPError: Error, Equatable {
    case short
    case badOperation(UInt16)
    /// A text without its final zero, or an option without a value.
    case badText
    case leftOver(Int)
}

extension ByteBuffer {
    mutating func readTFTPPacket() throws(TFTPError) -> TFTPPacket {
        guard let operation = readInteger(as: UInt16.self) else { throw .short }
        switch operation {
        case 1:
            let (file, mode) = (try readText(), try readText())
            return .read(file: file, mode: mode, options: try readOptions())
        case 3:
            guard let block = readInteger(as: UInt16.self) else { throw .short }
            let data = slice()
            moveReaderIndex(to: writerIndex)
            return .data(block: block, data)
        case 4:
            guard let block = readInteger(as: UInt16.self) else { throw .short }
            guard readableBytes == 0 else { throw .leftOver(readableBytes) }
            return .acknowledge(block: block)
        case 5:
            guard let code = readInteger(as: UInt16.self) else { throw .short }
            // Some servers leave out the message's final zero; nothing is gained by minding.
            let message = String(decoding: readableBytesView.prefix { $0 != 0 }, as: UTF8.self)
            moveReaderIndex(to: writerIndex)
            return .error(code: code, message: message)
        case 6: return .options(try readOptions())
        default: throw .badOperation(operation)
        }
    }

    mutating func writeTFTPPacket(_ packet: TFTPPacket) {
        switch packet {
        case .read(let file, let mode, let options):
            writeInteger(1, as: UInt16.self)
            writeText(file)
            writeText(mode)
            writeOptions(options)
        case .data(let block, let data):
            writeInteger(3, as: UInt16.self)
            writeInteger(block)
            writeImmutableBuffer(data)
        case .acknowledge(let block):
            writeInteger(4, as: UInt16.self)
            writeInteger(block)
        case .error(let code, let message):
            writeInteger(5, as: UInt16.self)
            writeInteger(code)
            writeText(message)
        case .options(let options):
            writeInteger(6, as: UInt16.self)
            writeOptions(options)
        }
    }

    private mutating func readOptions() throws(TFTPError) -> [TFTPPacket.Option] {
        var options: [TFTPPacket.Option] = []
        while readableBytes > 0 {
            let name = try readText()
            options.append(TFTPPacket.Option(name, try readText()))
        }
        return options
    }

    private mutating func readText() throws(TFTPError) -> String {
        guard let end = readableBytesView.firstIndex(of: 0), let text = readString(length: end - readerIndex) else {
            throw .badText
        }
        moveReaderIndex(forwardBy: 1)
        return text
    }

    private mutating func writeText(_ text: String) {
        writeString(text)
        writeInteger(0, as: UInt8.self)
    }

    private mutating func writeOptions(_ options: [TFTPPacket.Option]) {
        for option in options {
            writeText(option.name)
            writeText(option.value)
        }
    }
}
