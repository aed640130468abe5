import Inventory
import NIOCore

extension ByteBuffer {
    /// Reads options up to and including `end` (RFC 2132 §2); what stands behind `end` is padding.
    mutating func readDHCPOptions() throws(DHCPError) -> DHCPOptions {
        let start = self
        var hasPads = false
        while let code = readInteger(as: UInt8.self).map(DHCPOptions.Code.init(rawValue:)) {
            switch code {
            case .pad: hasPads = true
            case .end:
                let length = start.readableBytes - readableBytes - 1
                guard let bytes = start.getSlice(at: start.readerIndex, length: length) else { throw .missingEnd }
                return DHCPOptions(checked: hasPads ? bytes.withoutPads() : bytes)
            default:
                guard readLengthPrefixedSlice(as: UInt8.self) != nil else { throw .truncatedOption(code) }
            }
        }
        throw .missingEnd
    }

    /// Reads the options inside an option; `end` may be missing there, and 0 is a code like others in option 82 (RFC 3046 §2.0).
    mutating func readSuboptions(hasPads: Bool = true) throws(DHCPError) -> DHCPOptions {
        let start = self
        var sawPads = false
        var length = 0
        while let code = readInteger(as: UInt8.self).map(DHCPOptions.Code.init(rawValue:)) {
            if hasPads, code == .end { break }
            if hasPads, code == .pad {
                sawPads = true
            } else if readLengthPrefixedSlice(as: UInt8.self) == nil {
                throw .truncatedOption(code)
            }
            length = start.readableBytes - readableBytes
        }
        guard let bytes = start.getSlice(at: start.readerIndex, length: length) else { throw .missingEnd }
        return DHCPOptions(checked: sawPads ? bytes.withoutPads() : bytes)
    }

    private func withoutPads() -> ByteBuffer {
        var (source, result) = (self, ByteBuffer())
        while let code = source.readInteger(as: UInt8.self) {
            guard code != DHCPOptions.Code.pad.rawValue else { continue }
            guard var value = source.readLengthPrefixedSlice(as: UInt8.self) else { break }
            result.writeInteger(code)
            result.writeInteger(UInt8(truncatingIfNeeded: value.readableBytes))
            result.writeBuffer(&value)
        }
        return result
    }

    /// The bytes before the first NUL, as UTF-8; what is not UTF-8 is repaired.
    var textBeforeNUL: String { String(decoding: readableBytesView.prefix { $0 != 0 }, as: UTF8.self) }

    mutating func readAddress() -> IPv4Address? { readInteger(as: UInt32.self).map(IPv4Address.init(bits:)) }
}
