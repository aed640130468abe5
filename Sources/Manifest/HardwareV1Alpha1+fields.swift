extension KnownFields {
    /// Tinkerbell's `Hardware`, v1alpha1.
    static let hardwareV1Alpha1 = KnownFields(
        owner: "Tinkerbell",
        [
            "spec": [
                "agentID", "auto", "bmcRef", "disks", "interfaces", "metadata", "references", "resources",
                "tinkVersion",
                "userData", "vendorData",
            ],
            "spec.auto": ["enrollmentEnabled"],
            "spec.bmcRef": ["apiGroup", "kind", "name"],
            "spec.disks": ["device"],
            "spec.interfaces": ["dhcp", "disableDhcp", "isoboot", "netboot"],
            "spec.interfaces.dhcp": [
                "arch", "boot_file_name", "classless_static_routes", "domain_name", "hostname", "iface_name", "ip",
                "lease_time", "mac", "name_servers", "tftp_server_name", "time_servers", "uefi", "vlan_id",
            ],
            "spec.interfaces.dhcp.classless_static_routes": ["destination_descriptor", "router"],
            "spec.interfaces.dhcp.ip": ["address", "family", "gateway", "netmask"],
            "spec.interfaces.isoboot": ["sourceISO"],
            "spec.interfaces.netboot": ["allowPXE", "allowWorkflow", "ipxe", "osie", "pxelinux", "rpi"],
            "spec.interfaces.netboot.ipxe": ["binary", "contents", "url"],
            "spec.interfaces.netboot.osie": ["baseURL", "initrd", "kernel", "kernelParams"],
            "spec.interfaces.netboot.pxelinux": ["config"],
            "spec.interfaces.netboot.rpi": ["configTxt", "firmwarePath", "serialNum"],
            "spec.metadata": ["bonding_mode", "custom", "facility", "instance", "manufacturer", "state"],
            "spec.metadata.custom": ["preinstalled_operating_system_version", "private_subnets"],
            "spec.metadata.custom.preinstalled_operating_system_version": systemFields,
            "spec.metadata.facility": ["facility_code", "plan_slug", "plan_version_slug"],
            "spec.metadata.manufacturer": ["id", "slug"],
            "spec.metadata.instance": [
                "allow_pxe", "always_pxe", "crypted_root_password", "hostname", "id", "ips", "ipxe_script_url",
                "network_ready", "operating_system", "rescue", "ssh_keys", "state", "storage", "tags", "userdata",
            ],
            "spec.metadata.instance.ips": ["address", "family", "gateway", "management", "netmask", "public"],
            "spec.metadata.instance.operating_system": systemFields,
            "spec.metadata.instance.storage": ["disks", "filesystems", "raid"],
            "spec.metadata.instance.storage.disks": ["device", "partitions", "wipe_table"],
            "spec.metadata.instance.storage.disks.partitions": ["label", "number", "size", "start", "type_guid"],
            "spec.metadata.instance.storage.filesystems": ["mount"],
            "spec.metadata.instance.storage.filesystems.mount": ["create", "device", "files", "format", "point"],
            "spec.metadata.instance.storage.filesystems.mount.create": ["force", "options"],
            "spec.metadata.instance.storage.filesystems.mount.files": ["contents", "gid", "mode", "path", "uid"],
            "spec.metadata.instance.storage.raid": ["devices", "level", "name", "spare"],
        ])
}

private let systemFields = ["distro", "image_tag", "os_slug", "slug", "version"]
