import Inventory

/// Beside another server: what to boot for those that netboot, by port 67 and 4011, and nothing for all others (PXE 2.1 §2.2).
func proxyReply(to question: DHCPQuestion, _ interface: Interface, in context: DHCPContext) -> DHCPPacket? {
    let offer = BootOffer(question, interface, in: context)
    guard offer != .nothing else { return nil }
    let type: DHCPPacket.MessageType
    switch (question.port, question.packet.messageType) {
    case (.server, .discover): type = .offer
    // The lease's REQUEST is for the other server.
    case (.server, _): return nil
    case (.pxe, .request), (.pxe, .inform), (.pxe, .discover): type = .acknowledge
    case (.pxe, _): return nil
    }
    var answer = answer(type, to: question.packet, by: context.urls.address)
    if question.port == .pxe { answer.clientAddress = question.packet.clientAddress }
    offer.write(to: &answer, for: question, in: context)
    echoRelayAgent(of: question.packet, in: &answer)
    return answer
}
