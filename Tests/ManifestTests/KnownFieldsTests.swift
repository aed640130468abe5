import Inventory
import Testing

@testable import Manifest

struct KnownFieldsTests {
    private func findings(_ text: String) -> [Diagnostic] {
        ManifestCheck(Array(text.utf8), parseManifest(Array(text.utf8), path: "a.yaml")).diagnostics
    }

    @Test func `a field that v1alpha2 and Metal3 do not have is found, with the nearest that they have`() {
        let found = findings(
            """
            apiVersion: tinkerbell.org/v1alpha2
            kind: Hardware
            metadata: {name: a, label: {}}
            spec:
              instance: {osie: {kernelURL: http://a/k}, userData: x}
              references: {additional: {lvm: {grup: g}}}
              networkInterfaces:
                52:54:00:00:00:01:
                  disableDHCP: true
                  dhcp: {v4: {hostnam: a}}
                  netboot: {allowPXE: true}
            ---
            apiVersion: metal3.io/v1alpha1
            kind: BareMetalHost
            metadata: {name: b}
            spec:
              bootMacAdress: 52:54:00:00:00:02
              bmc: {address: a, credentials: b}
              raid: {softwareRAIDVolumes: [{level: "1", physicalDisks: [{deviceName: /dev/sda, size: 1}]}]}
              networkInterfaces: [{name: a, hostNetworkAttachment: {nam: b}}]

            """)
        let messages = found.map { "\($0.location.line): \($0.message)" }
        #expect(messages.count == 10, "\(messages)")
        for (line, path, nearest) in [
            (3, "metadata.label: Tinkerbell", "labels"), (5, "spec.instance.userData: Tinkerbell", "userdata"),
            (6, "spec.references.additional.lvm.grup: Tinkerbell", "group"),
            (9, "spec.networkInterfaces.52:54:00:00:00:01.disableDHCP: Tinkerbell", ""),
            (10, "spec.networkInterfaces.52:54:00:00:00:01.dhcp.v4.hostnam: Tinkerbell", "hostname"),
            (11, "spec.networkInterfaces.52:54:00:00:00:01.netboot.allowPXE: Tinkerbell", ""),
            (17, "spec.bootMacAdress: Metal3", "bootMACAddress"),
            (18, "spec.bmc.credentials: Metal3", "credentialsName"),
            (19, "spec.raid.softwareRAIDVolumes[0].physicalDisks[0].size: Metal3", ""),
            (20, "spec.networkInterfaces[0].hostNetworkAttachment.nam: Metal3", "name"),
        ] {
            let says = "\(line): \(path) has no such field" + (nearest.isEmpty ? "" : " (did you mean \(nearest)?)")
            #expect(messages.contains { $0.hasPrefix(says) }, "\(says) in \(messages)")
        }
    }

    @Test func `manifests that use all of v1alpha2's and Metal3's schemas are found good`() {
        let hints =
            "{deviceName: /dev/sda, hctl: a, minSizeGigabytes: 1, model: m, rotational: false, serialNumber: s, vendor: v, wwn: w, "
            + "wwnVendorExtension: x, wwnWithExtension: y}"
        let found = findings(
            """
            apiVersion: tinkerbell.org/v1alpha2
            kind: Hardware
            metadata: {name: a, labels: {any: thing}}
            spec:
              agentID: a
              attributes: {arch: x86_64, uefi: true}
              auto: {enrollmentEnabled: false}
              instance:
                lookupID: a
                metadata: "{{ .hardware }}"
                networkConfig: a
                osie: {initrdURL: http://a/i, kernelURL: http://a/k, kernelParams: [a]}
                sshKeys: [a]
                userdata: a
                vendordata: a
              references:
                additional: {lvm: {group: g, name: n, namespace: s, resource: r, version: v}}
                builtin: {bmc: {name: a, namespace: b}}
              storageDevices: [{name: /dev/sda}]
              networkInterfaces:
                52:54:00:00:00:01:
                  dhcp:
                    v4:
                      bootFileName: a
                      classlessStaticRoutes: [{destinationDescriptor: 10.1.0.0/16, router: 10.0.0.1}]
                      disabled: false
                      domainName: a
                      domainSearchList: [a]
                      hostname: a
                      leaseTimeSeconds: 60
                      nameservers: [10.0.0.1]
                      ntpServers: [10.0.0.1]
                      tftpServerName: a
                      vlanID: "7"
                    v6:
                      bootFileParams: [a]
                      bootFileURL: a
                      disabled: true
                      domainSearchList: [a]
                      informationRefreshTime: 1
                      nameservers: ["::1"]
                      ntpServers: ["::1"]
                      preferredLifetime: 1
                      validLifetime: 1
                  ipam: {ipv4: {address: 10.0.0.9, gateway: 10.0.0.1, prefix: "24"}, ipv6: {address: "::2", gateway: "::1", prefix: "64"}}
                  isoboot: {sourceISO: http://a/b}
                  netboot: {disabled: true, ipxe: {binary: a, script: "#!ipxe", url: http://a}}
            ---
            apiVersion: metal3.io/v1alpha1
            kind: BareMetalHost
            metadata: {name: b, annotations: {any: thing}}
            spec:
              architecture: x86_64
              automatedCleaningMode: metadata
              bmc: {address: a, credentialsName: b, disableCertificateVerification: true}
              bootMACAddress: 52:54:00:00:00:02
              bootMode: UEFI
              consumerRef: {apiVersion: a, fieldPath: b, kind: c, name: d, namespace: e, resourceVersion: f, uid: g}
              customDeploy: {method: a}
              description: a
              disablePowerOff: false
              externallyProvisioned: false
              firmware: {simultaneousMultithreadingEnabled: true, sriovEnabled: true, virtualizationEnabled: true}
              hardwareProfile: empty
              image: {checksum: a, checksumType: auto, format: raw, ociAuthSecretName: s, url: http://a}
              inspectionMode: disabled
              metaData: {name: a, namespace: b}
              networkData: {name: a, namespace: b}
              networkInterfaces:
              - {hostNetworkAttachment: {name: a, namespace: b}, macAddress: a, name: b, switchPort: {portID: a, switchID: b, switchSystemName: c}}
              online: true
              preprovisioningNetworkDataName: a
              raid:
                hardwareRAIDVolumes:
                - {controller: a, level: "1", name: b, numberOfPhysicalDisks: 2, physicalDisks: [a], rotational: true, sizeGibibytes: 1}
                softwareRAIDVolumes: [{level: "1", physicalDisks: [\(hints)], sizeGibibytes: 1}]
              rootDeviceHints: \(hints)
              taints: [{effect: a, key: b, timeAdded: c, value: d}]
              userData: {name: a, namespace: b}
            status: {any: thing}

            """)
        #expect(found.map(\.description) == [])
    }
}
