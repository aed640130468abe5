/// One machine, as its manifest describes it.
package struct Host: Sendable, Equatable {
    /// Kubernetes' name of the machine's manifest; two hosts with one id are the same host twice.
    package struct ID: Hashable, Comparable, Sendable, CustomStringConvertible {
        /// Empty where the manifest names none.
        package var namespace: String
        package var name: String

        package init(namespace: String = "", name: String) {
            self.namespace = namespace
            self.name = name
        }

        package var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

        package static func < (left: Self, right: Self) -> Bool {
            (left.namespace, left.name) < (right.namespace, right.name)
        }
    }

    package var id: ID
    /// What kind of manifest it is.
    package var dialect: Dialect
    package var labels: [String: String]
    /// The value of the annotation `bootlatch.dev/arm`: changing it while the interface is on arms anew.
    package var armAnnotation: String?
    /// The annotation `bootlatch.dev/suspend`: nothing netboots for this host.
    package var suspend: Stop?
    /// What the manifest tells of the system to install, flattened to dotted keys with their scalars: `spec.metadata.instance` of
    /// Tinkerbell's v1alpha1, `spec.instance` of v1alpha2, `spec.online` and `spec.image` of Metal3.
    package var instance: [String: String]
    package var interfaces: [InterfaceSpec]
    /// Where the manifest begins.
    package var location: SourceLocation

    package init(
        id: ID, dialect: Dialect = .hardwareV1Alpha1, labels: [String: String] = [:], armAnnotation: String? = nil,
        suspend: Stop? = nil,
        instance: [String: String] = [:],
        interfaces: [InterfaceSpec] = [], location: SourceLocation
    ) {
        self.id = id
        self.dialect = dialect
        self.labels = labels
        self.armAnnotation = armAnnotation
        self.suspend = suspend
        self.instance = instance
        self.interfaces = interfaces
        self.location = location
    }
}

/// One network card of a host, as its manifest describes it.
package struct InterfaceSpec: Sendable, Equatable {
    package var mac: MACAddress
    /// The manifest gives its permission, as its dialect writes it. Anything else, or nothing, is off.
    package var isOn: Bool
    /// `allowWorkflow` of Tinkerbell's v1alpha1; nil where the manifest does not say.
    package var allowWorkflow: Bool?
    /// Where the permission stands, or the block that would hold it.
    package var netbootLocation: SourceLocation
    package var dhcp: DHCPSpec
    package var ipxe: IPXESpec?
    package var osie: OSIESpec?
    /// `disableDhcp` (`dhcp.v4.disabled` in v1alpha2): this interface gets no lease from us.
    package var disableDHCP: Bool

    package init(
        mac: MACAddress, isOn: Bool, allowWorkflow: Bool? = nil, netbootLocation: SourceLocation,
        dhcp: DHCPSpec = DHCPSpec(),
        ipxe: IPXESpec? = nil, osie: OSIESpec? = nil, disableDHCP: Bool = false
    ) {
        self.mac = mac
        self.isOn = isOn
        self.allowWorkflow = allowWorkflow
        self.netbootLocation = netbootLocation
        self.dhcp = dhcp
        self.ipxe = ipxe
        self.osie = osie
        self.disableDHCP = disableDHCP
    }
}

/// What a DHCP server tells this interface.
package struct DHCPSpec: Sendable, Equatable {
    package struct Route: Sendable, Equatable {
        /// Network of the destination, `10.1.0.0`, with its prefix length, 0 to 32 (RFC 3442).
        package var destination: IPv4Address
        package var prefixLength: Int
        package var gateway: IPv4Address

        package init(destination: IPv4Address, prefixLength: Int, gateway: IPv4Address) {
            self.destination = destination
            self.prefixLength = prefixLength
            self.gateway = gateway
        }
    }

    package var hostname: String?
    package var address: IPv4Address?
    package var netmask: IPv4Address?
    package var gateway: IPv4Address?
    /// Seconds; nil where the manifest does not say.
    package var leaseTime: Int64?
    package var nameServers: [IPv4Address] = []
    package var timeServers: [IPv4Address] = []
    package var domainName: String?
    /// As written: `x86_64`, `aarch64`, ...
    package var arch: String?
    package var uefi: Bool?
    package var interfaceName: String?
    package var vlanID: String?
    package var classlessStaticRoutes: [Route] = []
    package var tftpServerName: String?
    package var bootFileName: String?

    package init() {}
}

/// `netboot.ipxe` of a Tinkerbell `Hardware`.
package struct IPXESpec: Sendable, Equatable {
    /// A script to chain to.
    package var url: String?
    /// A script, as text.
    package var contents: String?
    /// The loader to hand out instead of the default one, a file name.
    package var binary: String?

    package init(url: String? = nil, contents: String? = nil, binary: String? = nil) {
        self.url = url
        self.contents = contents
        self.binary = binary
    }
}

/// `netboot.osie` of a Tinkerbell `Hardware` (`instance.osie` in v1alpha2): the installer's kernel and initrd.
package struct OSIESpec: Sendable, Equatable {
    package var baseURL: String?
    package var kernel: String?
    package var initrd: String?
    package var kernelParams: [String]

    package init(baseURL: String? = nil, kernel: String? = nil, initrd: String? = nil, kernelParams: [String] = []) {
        self.baseURL = baseURL
        self.kernel = kernel
        self.initrd = initrd
        self.kernelParams = kernelParams
    }
}
