extension KnownFields {
    /// Metal3's `BareMetalHost`, v1alpha1.
    static let bareMetalHost = KnownFields(
        owner: "Metal3",
        [
            "spec": [
                "architecture", "automatedCleaningMode", "bmc", "bootMACAddress", "bootMode", "consumerRef",
                "customDeploy", "description", "disablePowerOff", "externallyProvisioned", "firmware",
                "hardwareProfile", "image", "inspectionMode", "metaData", "networkData", "networkInterfaces", "online",
                "preprovisioningNetworkDataName", "raid", "rootDeviceHints", "taints", "userData",
            ],
            "spec.bmc": ["address", "credentialsName", "disableCertificateVerification"],
            "spec.consumerRef": [
                "apiVersion", "fieldPath", "kind", "name", "namespace", "resourceVersion", "uid",
            ],
            "spec.customDeploy": ["method"],
            "spec.firmware": ["simultaneousMultithreadingEnabled", "sriovEnabled", "virtualizationEnabled"],
            "spec.image": ["checksum", "checksumType", "format", "ociAuthSecretName", "url"],
            "spec.metaData": ["name", "namespace"],
            "spec.networkData": ["name", "namespace"],
            "spec.networkInterfaces": ["hostNetworkAttachment", "macAddress", "name", "switchPort"],
            "spec.networkInterfaces.hostNetworkAttachment": ["name", "namespace"],
            "spec.networkInterfaces.switchPort": ["portID", "switchID", "switchSystemName"],
            "spec.raid": ["hardwareRAIDVolumes", "softwareRAIDVolumes"],
            "spec.raid.hardwareRAIDVolumes": [
                "controller", "level", "name", "numberOfPhysicalDisks", "physicalDisks", "rotational", "sizeGibibytes",
            ],
            "spec.raid.softwareRAIDVolumes": ["level", "physicalDisks", "sizeGibibytes"],
            "spec.raid.softwareRAIDVolumes.physicalDisks": deviceHints,
            "spec.rootDeviceHints": deviceHints,
            "spec.taints": ["effect", "key", "timeAdded", "value"],
            "spec.userData": ["name", "namespace"],
        ])
}

private let deviceHints = [
    "deviceName", "hctl", "minSizeGigabytes", "model", "rotational", "serialNumber", "vendor", "wwn",
    "wwnVendorExtension", "wwnWithExtension",
]
