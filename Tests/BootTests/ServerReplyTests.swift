import Inventory
import NIOCore
import Testing

@testable import Boot

struct ServerReplyTests {
    private let server = Lab.urls.address

    private func ask(
        _ type: DHCPPacket.MessageType, _ machine: Asking.Machine = .os, _ standing: Standing = Lab.standing(.spent),
        from sender: Endpoint = Endpoint(.any, 68), change: (inout DHCPPacket) -> Void = { _ in }
    ) throws -> (packet: DHCPPacket, to: Endpoint)? {
        reply(to: try Asking.question(type, machine, from: sender, change: change), in: Lab.context(.server, standing))
    }

    @Test(arguments: Lab.Situation.allCases.filter { $0 != .unknown })
    func `an installed OS keeps its lease whatever the gate says`(situation: Lab.Situation) throws {
        let (offer, _) = try #require(try ask(.discover, .os, Lab.standing(situation)))
        #expect(offer.messageType == .offer)
        #expect(offer.yourAddress == Lab.reserved)
        #expect(offer.file.isEmpty)
        #expect(offer.serverAddress == .any)
        #expect(!offer.options.has(.vendorClass) && !offer.options.has(.vendor))
    }

    @Test func `a refused machine that netboots gets its lease and a name that TFTP refuses`() throws {
        let (offer, _) = try #require(try ask(.discover, .uefi))
        #expect(offer.yourAddress == Lab.reserved)
        #expect(offer.file == "52-54-00-12-34-01/snponly.efi")
    }

    @Test func `a lease tells all that the manifest says`() throws {
        var dhcp = Lab.dhcp
        dhcp.domainName = "lab.example"
        dhcp.timeServers = [IPv4Address(bits: 1)]
        dhcp.vlanID = "12"
        dhcp.classlessStaticRoutes = [
            DHCPSpec.Route(destination: IPv4Address(bits: 0x0A01_0000), prefixLength: 16, gateway: IPv4Address(bits: 2))
        ]
        let standing = Lab.standing(.off, dhcp: dhcp)
        let (ack, _) = try #require(
            try ask(.request, .os, standing) {
                $0.options.append(.serverIdentifier, server)
                $0.options.append(.requestedAddress, Lab.reserved)
                $0.options.append(.parameterRequest, ByteBuffer(bytes: [1, 3, 132]))
            })
        #expect(ack.messageType == .acknowledge)
        #expect(ack.options.address(.serverIdentifier) == server)
        #expect(ack.options[.leaseTime] == ByteBuffer(integer: 86_400 as UInt32))
        #expect(ack.options[.renewalTime] == ByteBuffer(integer: 43_200 as UInt32))
        #expect(ack.options[.rebindingTime] == ByteBuffer(integer: 75_600 as UInt32))
        #expect(ack.options.address(.subnetMask) == dhcp.netmask)
        #expect(ack.options.address(.routers) == dhcp.gateway)
        #expect(ack.options.address(.nameServers) == dhcp.nameServers.first)
        #expect(ack.options.text(.hostName) == "node-01")
        #expect(ack.options.text(.domainName) == "lab.example")
        #expect(ack.options.address(.timeServers) == IPv4Address(bits: 1))
        #expect(ack.options.text(.vlan) == "12")
        // RFC 3442: 10.1/16 by 0.0.0.2, and the default route, which a client of option 121 does not read from option 3.
        #expect(ack.options[.classlessRoutes] == ByteBuffer(bytes: [16, 10, 1, 0, 0, 0, 2, 0, 10, 77, 0, 254]))
    }

    @Test func `iPXE need not wait for a proxy`() throws {
        let (offer, _) = try #require(try ask(.discover, .ipxeBIOS))
        #expect(offer.options[.ipxe] == ByteBuffer(bytes: [176, 1, 1]))
    }

    @Test(
        arguments: [
            // server identifier, requested address, ciaddr: RFC 2131 §4.3.2
            (Lab.urls.address, Lab.reserved, .any, .acknowledge), (Lab.urls.address, .broadcast, .any, .negative),
            (IPv4Address(bits: 9), Lab.reserved, .any, nil), (nil, Lab.reserved, .any, .acknowledge),
            (nil, IPv4Address(bits: 9), .any, .negative), (nil, nil, Lab.reserved, .acknowledge),
            (nil, nil, IPv4Address(bits: 9), nil),
        ] as [(IPv4Address?, IPv4Address?, IPv4Address, DHCPPacket.MessageType?)])
    func `a request is judged by the state that its client is in`(
        chosen: IPv4Address?, requested: IPv4Address?, client: IPv4Address, expected: DHCPPacket.MessageType?
    ) throws {
        let answer = try ask(.request) {
            if let chosen { $0.options.append(.serverIdentifier, chosen) }
            if let requested { $0.options.append(.requestedAddress, requested) }
            $0.clientAddress = client
        }
        #expect(answer?.packet.messageType == expected)
        if expected == .negative {
            #expect(answer?.packet.yourAddress == .any)
            #expect(answer?.to == Endpoint(.broadcast, 68))
        }
    }

    @Test func `an inform gets options and no lease`() throws {
        let (answer, to) = try #require(try ask(.inform) { $0.clientAddress = IPv4Address(bits: 77) })
        #expect(answer.messageType == .acknowledge)
        #expect(answer.yourAddress == .any)
        #expect(!answer.options.has(.leaseTime))
        #expect(to == Endpoint(IPv4Address(bits: 77), 68))
    }

    @Test(arguments: [DHCPPacket.MessageType.decline, .release, .offer, .acknowledge, .negative])
    func `some messages want no answer`(type: DHCPPacket.MessageType) throws {
        #expect(try ask(type) == nil)
    }

    @Test func `no lease where the manifest disables DHCP or names no address`() throws {
        #expect(try ask(.discover, .os, Lab.standing(.off, disableDHCP: true)) == nil)
        var dhcp = Lab.dhcp
        dhcp.address = nil
        #expect(try ask(.discover, .os, Lab.standing(.off, dhcp: dhcp)) == nil)
    }

    @Test func `a relay gets the reply, and its option back, last and as it was`() throws {
        let added = ByteBuffer(bytes: [1, 3, 9, 9, 9])
        let (answer, to) = try #require(
            try ask(.discover, .os, from: Endpoint(IPv4Address(bits: 5), 40_000)) {
                $0.relayAddress = IPv4Address(bits: 0x0A00_0001)
                $0.options.append(.relayAgent, added)
            })
        #expect(to == Endpoint(IPv4Address(bits: 0x0A00_0001), 67))
        #expect(answer.relayAddress == IPv4Address(bits: 0x0A00_0001))
        #expect(answer.options[.relayAgent] == added)
        #expect(Array(answer.options).last?.code == .relayAgent)
    }

    @Test func `a relay with a source port gets the reply there`() throws {
        let (_, to) = try #require(
            try ask(.discover, .os, from: Endpoint(IPv4Address(bits: 5), 40_000)) {
                $0.relayAddress = IPv4Address(bits: 0x7F00_0001)
                $0.options.append(.relayAgent, ByteBuffer(bytes: [19, 0]))
            })
        #expect(to == Endpoint(IPv4Address(bits: 0x7F00_0001), 40_000))
    }

    @Test(arguments: [true, false])
    func `a client without an address is reached by broadcast`(asksForBroadcast: Bool) throws {
        let (answer, to) = try #require(
            try ask(.discover) { $0.flags = asksForBroadcast ? DHCPPacket.broadcastFlag : 0 })
        #expect(to == Endpoint(.broadcast, 68))
        #expect(answer.wantsBroadcast)
    }

    @Test func `a reply stays within the client's message size`() throws {
        var dhcp = Lab.dhcp
        dhcp.nameServers = (0..<60).map { IPv4Address(bits: $0) }
        dhcp.timeServers = (0..<60).map { IPv4Address(bits: $0) }
        let (answer, _) = try #require(try ask(.discover, .ipxeBIOS, Lab.standing(.armed, dhcp: dhcp)))
        #expect(answer.encoded().readableBytes <= 548)
        #expect(answer.options.has(.bootFile))
        #expect(answer.options.has(.subnetMask))
        #expect(!answer.options.has(.timeServers))
    }
}
