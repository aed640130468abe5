import Inventory
import Testing

@testable import Manifest

/// Placeholders in the names of files that we serve.
struct PlaceholdersTests {
    private func messages(_ osie: String) -> [String] {
        let text =
            "apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\nmetadata: {name: a}\nspec:\n  interfaces:\n"
            + "    - {dhcp: {mac: 52:54:00:12:34:01}, netboot: {osie: {\(osie)}}}\n"
        return parseManifest(Array(text.utf8), path: "a.yaml").diagnostics.map(\.message)
    }

    private func advice(_ field: String, _ name: String) -> String {
        "\(field): {{\(name)}} is not filled in here: an artifact path may only start with {{artifacts}}/; leave it out, or give an http(s) URL"
    }

    @Test(arguments: [
        "kernel: k, initrd: i", "kernel: \"{{artifacts}}/k\"", "kernel: \"{{ artifacts }}/k\"",
        "baseURL: \"{{artifacts}}\", kernel: k", "baseURL: \"{{artifacts}}/x/\", kernel: k",
        "baseURL: \"http://x/{{mac}}\", kernel: \"{{uuid}}/k\", initrd: \"{{serial}}\"",
        "kernel: \"https://x/{{mac}}/k\"", "baseURL: x, kernel: \"http://x/{{mac}}\"",
        "kernel: k, kernelParams: [\"h={{hookURL}}\"]",
    ])
    func `in URLs and arguments all are filled in, in paths the artifacts' base`(osie: String) {
        #expect(messages(osie) == [])
    }

    @Test(arguments: [
        ("kernel: \"{{mac}}/k\"", "kernel", "mac"), ("kernel: \"{{artifacts}}/{{mac}}/k\"", "kernel", "mac"),
        ("initrd: \"x/{{ ip }}\"", "initrd", "ip"), ("baseURL: \"x/{{serial}}\", kernel: k", "baseURL", "serial"),
        ("baseURL: x, kernel: \"{{artifacts}}/k\"", "kernel", "artifacts"),
        ("kernel: \"x/{{artifacts}}/k\"", "kernel", "artifacts"),
        ("kernel: \"{{artifacts}}k\"", "kernel", "artifacts"),
    ])
    func `another one in a path is an error, for it would be looked up as it stands`(
        osie: String, field: String, name: String
    ) {
        #expect(messages(osie) == [advice("spec.interfaces[0].netboot.osie.\(field)", name)])
    }

    @Test func `profiles and v1alpha2 are checked alike`() {
        let profile =
            "apiVersion: bootlatch.dev/v1\nkind: BootProfile\nmetadata: {name: p}\nspec: {kernel: \"{{mac}}\", initrd: [i, \"{{ip}}/i\"]}\n"
        #expect(
            parseManifest(Array(profile.utf8), path: "p.yaml").diagnostics.map(\.message) == [
                advice("spec.kernel", "mac"), advice("spec.initrd[1]", "ip"),
            ])
        let hardware =
            "apiVersion: tinkerbell.org/v1alpha2\nkind: Hardware\nmetadata: {name: a}\nspec: {instance: {osie: {kernelURL: \"{{mac}}/k\"}}}\n"
        #expect(
            parseManifest(Array(hardware.utf8), path: "a.yaml").diagnostics.map(\.message) == [
                advice("spec.instance.osie.kernelURL", "mac")
            ])
    }
}
