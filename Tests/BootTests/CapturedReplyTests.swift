import Inventory
import NIOCore
import NIOHTTP1
import Testing

@testable import Boot

/// What we answer to every request in the captures, field by field, in `Goldens`; beside each answer stands the captured packet
/// from which we know that the firmware takes it.
struct CapturedReplyTests {
    @Test(arguments: Capture.all)
    func `every captured request has its golden replies`(capture: Capture) throws {
        var text = ""
        for packet in capture.dhcp {
            let decoded = try DHCPPacket(decoding: packet.payload)
            let port: DHCPQuestion.Port = packet.destination.port == 4011 ? .pxe : .server
            guard let question = DHCPQuestion(decoded, from: packet.source, port: port) else { continue }
            text += "#\(packet.number) \(name(decoded.messageType)) from \(packet.source) \(question.client.summary)\n"
            for mode in [DHCPMode.proxy, .server] {
                for situation in [Lab.Situation.armed, .spent] {
                    // The address that the client has, or was offered in the capture, is its reservation.
                    var dhcp = Lab.dhcp
                    let has = decoded.options.address(.requestedAddress) ?? decoded.clientAddress
                    if has != .any { dhcp.address = has }
                    let standing = Lab.standing(situation, mac: question.mac, dhcp: dhcp)
                    let context = Lab.context(mode, standing, mac: question.mac)
                    text += "  \(mode.rawValue), \(situation.rawValue): "
                    if let (answer, destination) = reply(to: question, in: context) {
                        text += "\(summary(answer)) to \(destination)\n"
                        text += "    as \(reason(question, mode, situation))\n"
                    } else {
                        text += "silence\n"
                    }
                }
            }
        }
        for packet in capture.tftpRequests {
            guard case .read(let request) = try TFTPPacket(decoding: packet.payload) else { continue }
            let options = request.options.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
            let terms = TFTPTerms(request, size: 173_792).accepted.map { "\($0.name)=\($0.value)" }
            text += "#\(packet.number) RRQ \(request.file) \(options)\n"
            text += "  unknown: \(answer(to: TFTPQuestion(request))) OACK \(terms.joined(separator: " "))\n"
            for (situation, decision) in [("armed", armed), ("spent", .localBoot(.spent(.provisioned)))] {
                let question = TFTPQuestion(request, mac: Lab.mac, decision: decision)
                text += "  \(situation): \(answer(to: question))\n"
            }
        }
        for request in capture.httpRequests {
            let target = try #require(HTTPRequest(HTTPMethod(rawValue: request.method), request.target))
            let route = Route.table.first { $0.match(target.path) != nil && $0.methods.contains(target.method) }
            let action = route.map { "\($0.action)" } ?? "404"
            text += "#\(request.number) \(request.method) \(request.target): \(action)\n"
        }
        try expectGolden(text, capture.name)
    }

    @Test(arguments: Capture.all)
    func `what the captured server said and we say agree in the fields that firmware reads`(capture: Capture) throws {
        let dhcp = capture.dhcp
        for (index, packet) in dhcp.enumerated() {
            let request = try DHCPPacket(decoding: packet.payload)
            let port: DHCPQuestion.Port = packet.destination.port == 4011 ? .pxe : .server
            guard let question = DHCPQuestion(request, from: packet.source, port: port),
                question.client.kind != .installedOS
            else { continue }
            // 10.77.0.1 stands where we would; packets behind the request and before the next one answer it.
            for answer in dhcp[(index + 1)...].prefix(2) where answer.source.address == Lab.urls.address {
                let theirs = try DHCPPacket(decoding: answer.payload)
                guard theirs.transaction == request.transaction, theirs.serverAddress != .any else { continue }
                let mode: DHCPMode = theirs.yourAddress == .any ? .proxy : .server
                var dhcp = Lab.dhcp
                dhcp.address = mode == .server ? theirs.yourAddress : Lab.reserved
                let standing = Lab.standing(.armed, mac: question.mac, dhcp: dhcp)
                guard let (ours, _) = reply(to: question, in: Lab.context(mode, standing, mac: question.mac)) else {
                    continue
                }
                let place: Comment = "\(capture.name) #\(packet.number)"
                #expect(ours.messageType == theirs.messageType || theirs.messageType == .acknowledge, place)
                #expect(ours.yourAddress == theirs.yourAddress, place)
                #expect(ours.serverAddress == theirs.serverAddress, place)
                #expect(ours.clientAddress == theirs.clientAddress, place)
                #expect(ours.transaction == theirs.transaction, place)
                for code in [DHCPOptions.Code.serverIdentifier, .vendorClass] {
                    #expect(ours.options.text(code) == theirs.options.text(code), place)
                }
            }
        }
    }

    private var armed: Decision { .netboot(.kernel("vmlinuz", initrd: [], args: [])) }

    /// The captured packet that shows that this kind of answer works.
    private func reason(_ question: DHCPQuestion, _ mode: DHCPMode, _ situation: Lab.Situation) -> String {
        let isIn = situation == .armed
        switch (mode, question.client.kind, question.port) {
        case (_, .installedOS, _): return "01-bios-ipxe-rom-http #17 and #19: a lease and no file"
        case (.proxy, .ipxe, .pxe): return "06a-proxy-dnsmasq-bios-4011-undionly #10"
        case (.proxy, .ipxe, _): return "06a-proxy-dnsmasq-bios-ipxe #2\(isIn ? "" : ", the script refuses")"
        case (.proxy, .firmware, .pxe):
            return isIn ? "06a-proxy-dnsmasq-uefi #12" : "06n-proxy-answers-without-file #10"
        case (.proxy, .firmware, _):
            return isIn ? "06c-isc-always-vs-proxy-mini-uefi #3" : "06n-proxy-answers-without-file #23"
        case (.proxy, .http, _):
            return isIn ? "06m-httpclient-proxy #3" : "06m-httpclient-proxy #3, then 404 as 05c #25"
        case (_, .ipxe, _): return "01-bios-ipxe-rom-http #2 and #6\(isIn ? "" : ", the script refuses")"
        case (_, .firmware, _): return isIn ? "03-uefi-pxe-snponly #2 and #4" : "05c-denied-tftp-notfound: TFTP error"
        case (_, .http, _): return isIn ? "04-uefi-httpboot #2 and #4" : "05c-denied-tftp-notfound #21, then 404 as #25"
        }
    }

    private func name(_ type: DHCPPacket.MessageType?) -> String { type.map { "\($0)".uppercased() } ?? "-" }

    private func summary(_ packet: DHCPPacket) -> String {
        var text = "\(name(packet.messageType)) flags=\(String(packet.flags, radix: 16))"
        for (label, address) in [
            ("ciaddr", packet.clientAddress), ("yiaddr", packet.yourAddress), ("siaddr", packet.serverAddress),
            ("giaddr", packet.relayAddress),
        ] where address != .any { text += " \(label)=\(address)" }
        if !packet.file.isEmpty { text += " file=\(packet.file)" }
        for (code, value) in packet.options where code != .messageType {
            let bytes = value.readableBytesView
            let isText = !bytes.isEmpty && [12, 15, 60, 67].contains(code.rawValue)
            text += " \(code.rawValue)=" + (isText ? String(buffer: value) : bytes.map { hex($0) }.joined())
        }
        return text
    }

    private func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}

extension PXEClient {
    fileprivate var summary: String {
        "\(kind) arch \(architecture.rawValue) uuid \(uuid ?? "-") class \(vendorClass ?? "-")"
    }
}
