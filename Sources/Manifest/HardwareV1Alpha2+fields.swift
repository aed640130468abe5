extension KnownFields {
    /// Tinkerbell's `Hardware`, v1alpha2: its present fields, and those of earlier drafts that Bootlatch reads or speaks of itself.
    static let hardwareV1Alpha2 = KnownFields(
        owner: "Tinkerbell",
        [
            "spec": [
                "agentID", "attributes", "auto", "instance", "networkInterfaces", "references", "storageDevices",
            ],
            "spec.attributes": ["arch", "uefi"],
            "spec.auto": ["enrollmentEnabled"],
            "spec.instance": [
                "lookupID", "metadata", "networkConfig", "osie", "sshKeys", "userdata", "vendordata",
            ],
            "spec.instance.osie": ["initrdURL", "kernelParams", "kernelURL"],
            "spec.networkInterfaces.*": ["dhcp", "ipam", "isoboot", "netboot", "disableNetboot"],
            "spec.networkInterfaces.*.dhcp": ["v4", "v6", "ipv4"],
            "spec.networkInterfaces.*.dhcp.v4": dhcpFields,
            "spec.networkInterfaces.*.dhcp.ipv4": dhcpFields,
            "spec.networkInterfaces.*.dhcp.v4.classlessStaticRoutes": ["destinationDescriptor", "router"],
            "spec.networkInterfaces.*.dhcp.ipv4.classlessStaticRoutes": ["destinationDescriptor", "router"],
            "spec.networkInterfaces.*.dhcp.v6": [
                "bootFileParams", "bootFileURL", "disabled", "domainSearchList", "informationRefreshTime",
                "nameservers", "ntpServers", "preferredLifetime", "validLifetime",
            ],
            "spec.networkInterfaces.*.ipam": ["ipv4", "ipv6"],
            "spec.networkInterfaces.*.ipam.ipv4": ["address", "gateway", "prefix"],
            "spec.networkInterfaces.*.ipam.ipv6": ["address", "gateway", "prefix"],
            "spec.networkInterfaces.*.isoboot": ["sourceISO"],
            "spec.networkInterfaces.*.netboot": ["disabled", "ipxe"],
            "spec.networkInterfaces.*.netboot.ipxe": ["binary", "script", "url"],
            "spec.references": ["additional", "builtin"],
            "spec.references.additional.*": ["group", "name", "namespace", "resource", "version"],
            "spec.references.builtin": ["bmc"],
            "spec.references.builtin.bmc": ["name", "namespace"],
            "spec.storageDevices": ["name"],
        ])
}

private let dhcpFields = [
    "bootFileName", "classlessStaticRoutes", "disabled", "domainName", "domainSearchList", "hostname",
    "leaseTimeSeconds", "nameservers", "ntpServers", "tftpServerName", "vlanID",
]
