import NIOCore

/// A TFTP message (RFC 1350 §5, RFC 2347 §3).
package enum TFTPPacket: Sendable, Equatable {
    case read(TFTPRequest)
    case write(TFTPRequest)
    case data(block: UInt16, ByteBuffer)
    case acknowledgement(block: UInt16)
    case error(TFTPErrorCode, String)
    case optionAcknowledgement([TFTPOption])
}

package struct TFTPRequest: Sendable, Equatable {
    package var file: String
    /// Lower case: `octet` or `netascii`.
    package var mode: String
    /// In the order in which they came, which tells clients apart.
    package var options: [TFTPOption]

    package init(file: String, mode: String = "octet", options: [TFTPOption] = []) {
        self.file = file
        self.mode = mode
        self.options = options
    }
}

package struct TFTPOption: Sendable, Equatable {
    /// Lower case.
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// RFC 1350, appendix; 8 is RFC 2347's.
package struct TFTPErrorCode: RawRepresentable, Sendable, Hashable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let undefined = Self(rawValue: 0)
    package static let notFound = Self(rawValue: 1)
    package static let accessViolation = Self(rawValue: 2)
    package static let illegalOperation = Self(rawValue: 4)
    package static let unknownTransfer = Self(rawValue: 5)
}

package enum TFTPError: Error, Equatable {
    case truncated
    case unknownOperation(UInt16)
    /// Text without its NUL.
    case unterminated
    /// An option without a value, or more than twenty of them.
    case options
}

extension TFTPPacket {
    package init(decoding bytes: ByteBuffer) throws(TFTPError) {
        var bytes = bytes
        guard let operation = bytes.readInteger(as: UInt16.self) else { throw .truncated }
        switch operation {
        case 1: self = .read(try bytes.readTFTPRequest())
        case 2: self = .write(try bytes.readTFTPRequest())
        case 3:
            guard let block = bytes.readInteger(as: UInt16.self) else { throw .truncated }
            self = .data(block: block, bytes.slice())
        case 4:
            guard let block = bytes.readInteger(as: UInt16.self) else { throw .truncated }
            self = .acknowledgement(block: block)
        case 5:
            guard let code = bytes.readInteger(as: UInt16.self) else { throw .truncated }
            // Some clients leave out the text's NUL, or the text.
            self = .error(TFTPErrorCode(rawValue: code), bytes.textBeforeNUL)
        case 6: self = .optionAcknowledgement(try bytes.readTFTPOptions())
        default: throw .unknownOperation(operation)
        }
    }

    package func encoded(by allocator: ByteBufferAllocator = ByteBufferAllocator()) -> ByteBuffer {
        var bytes = allocator.buffer(capacity: 64)
        switch self {
        case .read(let request): bytes.write(request, operation: 1)
        case .write(let request): bytes.write(request, operation: 2)
        case .data(let block, let payload):
            bytes.writeMultipleIntegers(3 as UInt16, block)
            bytes.writeImmutableBuffer(payload)
        case .acknowledgement(let block): bytes.writeMultipleIntegers(4 as UInt16, block)
        case .error(let code, let text):
            bytes.writeMultipleIntegers(5 as UInt16, code.rawValue)
            bytes.writeNullTerminatedString(text)
        case .optionAcknowledgement(let options):
            bytes.writeInteger(6 as UInt16)
            bytes.write(options)
        }
        return bytes
    }
}

extension ByteBuffer {
    fileprivate mutating func readTFTPRequest() throws(TFTPError) -> TFTPRequest {
        guard let file = readNullTerminatedString(), let mode = readNullTerminatedString() else { throw .unterminated }
        return TFTPRequest(file: file, mode: mode.lowercased(), options: try readTFTPOptions())
    }

    fileprivate mutating func readTFTPOptions() throws(TFTPError) -> [TFTPOption] {
        var options: [TFTPOption] = []
        // Some PXE ROMs pad their requests with NULs.
        while let first = getInteger(at: readerIndex, as: UInt8.self), first != 0 {
            guard options.count < 20, let name = readNullTerminatedString(), let value = readNullTerminatedString()
            else { throw .options }
            options.append(TFTPOption(name.lowercased(), value))
        }
        return options
    }

    fileprivate mutating func write(_ request: TFTPRequest, operation: UInt16) {
        writeInteger(operation)
        writeNullTerminatedString(request.file)
        writeNullTerminatedString(request.mode)
        write(request.options)
    }

    fileprivate mutating func write(_ options: [TFTPOption]) {
        for option in options {
            writeNullTerminatedString(option.name)
            writeNullTerminatedString(option.value)
        }
    }
}
