import Provision
import Testing

struct ReportTests {
    private func read(_ body: String, _ type: String? = nil) -> Report {
        readReport(contentType: type, body: Array(body.utf8))
    }

    @Test(arguments: ["", "\n", "  \r\n"])
    func `no body at the success URL is success`(body: String) {
        #expect(read(body) == .success)
    }

    // https://pve.proxmox.com/wiki/Automated_Installation#Post-Installation_Notification
    @Test func `Proxmox VE's post-installation notification is success`() {
        let body = """
            {
              "$schema": {"version": "1.2"},
              "debian-version": "12.8",
              "product": {"fullname": "Proxmox VE", "short": "pve", "version": "8.3.1"},
              "iso": {"release": "8.3", "isorelease": "1"},
              "kernel-version": {
                "machine": "x86_64", "sysname": "Linux", "release": "6.8.12-4-pve",
                "version": "#1 SMP PREEMPT_DYNAMIC PMX 6.8.12-4 (2024-11-06T15:04Z)"
              },
              "boot-info": {"mode": "efi", "secureboot": true},
              "cpu-info": {"cores": 4, "cpus": 1, "hvm": true, "model": "QEMU", "sockets": 1},
              "dmi": {"system": {"manufacturer": "QEMU", "uuid": "0a3c"}, "baseboard": {}, "chassis": {}},
              "filesystem": "ext4",
              "fqdn": "node-01.lab.example",
              "machine-id": "0d7f5d4bd0e84bd5a4b5f7d7b0a1e4f1",
              "disks": [{"size": 34359738368, "is-bootdisk": true, "udev-properties": {"DEVNAME": "/dev/sda"}}],
              "network-interfaces": [{"mac": "52:54:00:12:34:01", "address": "10.0.0.14/24", "is-management": true}],
              "ssh-public-host-keys": {"ecdsa": "ecdsa-sha2-nistp256 AAAA", "ed25519": "ssh-ed25519 AAAA", "rsa": "ssh-rsa AAAA"}
            }
            """
        #expect(read(body, "application/json") == .success)
    }

    @Test(arguments: [
        #"{"machine-id": "0d7f5d4b"}"#, #"{"product": {"short": "pve"}, "boot-info": {"mode": "efi"}}"#,
        #"{"product": "pve", "iso": {}, "network_interfaces": [{"mac": "52:54:00:12:34:01"}]}"#,
    ])
    func `a part of that form, or the question for an answer file, is progress`(body: String) {
        #expect(read(body) == .progress)
    }

    // https://cloudinit.readthedocs.io/en/latest/reference/modules.html#phone-home
    @Test func `cloud-init's phone_home is success`() {
        let body =
            "pub_key_rsa=ssh-rsa+AAAA&pub_key_ecdsa=ecdsa-sha2-nistp256+AAAA&pub_key_ed25519=N%2FA"
            + "&instance_id=i-87018aed&hostname=node-01&fqdn=node-01.lab.example"
        #expect(read(body, "application/x-www-form-urlencoded") == .success)
    }

    // https://curtin.readthedocs.io/en/latest/topics/reporting.html
    @Test(
        arguments: [
            ("cmd-install", "finish", "SUCCESS", Report.success), ("cmd-install", "finish", "WARN", .success),
            ("cmd-install", "finish", "FAIL", .failure), ("cmd-install", "start", nil, .progress),
            ("cmd-install/stage-early", "start", nil, .progress),
            ("cmd-install/stage-early", "finish", "SUCCESS", .progress),
            ("cmd-install/stage-curthooks", "finish", "FAIL", .progress), ("cmd-install", "finish", nil, .progress),
            ("subiquity/Install/install", "start", nil, .progress),
            ("subiquity/Install/install", "finish", "SUCCESS", .progress),
            ("subiquity/Install/install", "finish", "FAIL", .failure),
            ("subiquity/Late/run", "finish", "SUCCESS", .progress),
            ("subiquity/Late/run", "finish", "FAIL", .failure),
            ("subiquity/Refresh/check_for_update", "finish", "FAIL", .progress),
            ("subiquity/Meta/status_GET", "finish", "SUCCESS", .progress),
            ("subiquity/Shutdown/copy_logs_to_target", "finish", "SUCCESS", .progress),
            ("subiquity/Shutdown/shutdown", "start", nil, .success),
            ("subiquity/Shutdown/shutdown", "finish", "SUCCESS", .success),
            ("subiquity", "finish", "SUCCESS", .progress), ("curtin", "finish", "SUCCESS", .progress),
        ] as [(String, String, String?, Report)])
    func `only the last event of curtin or Subiquity is success`(
        name: String, type: String, result: String?, expected: Report
    ) {
        let end = result.map { #", "result": "\#($0)""# } ?? ""
        let body = """
            {"origin": "curtin", "timestamp": 1440688425.6038516, "event_type": "\(type)", "name": "\(name)",
             "description": "curtin command install", "level": "INFO"\(end)}
            """
        #expect(read(body, "application/json") == expected)
    }

    @Test func `curtin's post with its log files is its last event`() {
        let body = """
            {"origin": "curtin", "files": [{"content": "fCBz", "path": "/var/log/curtin/install.log", "encoding": "base64"}],
             "description": "curtin command install", "timestamp": 1440688425.6, "name": "cmd-install", "result": "SUCCESS",
             "event_type": "finish"}
            """
        #expect(read(body) == .success)
    }

    // https://docs.harvesterhci.io/latest/install/harvester-configuration: the payload is the user's, the events are these.
    @Test(arguments: [("STARTED", Report.progress), ("SUCCEEDED", .success), ("FAILED", .failure)])
    func `a payload of Harvester's webhooks names its event`(event: String, expected: Report) {
        #expect(read(#"{"event": "\#(event)", "hostname": "node-01"}"#) == expected)
        #expect(read("event=\(event)&hostname=node-01") == expected)
    }

    @Test(arguments: [
        (#"{"mac": "52:54:00:12:34:01"}"#, Report.success), (#"{"status": "installed"}"#, .success),
        (#"{"status": "partitioning", "mac": "52:54:00:12:34:01"}"#, .progress),
        (#"{"status": "failed", "mac": "52:54:00:12:34:01"}"#, .failure), (#"{"progress": 40}"#, .progress),
        ("{}", .progress), ("{", .progress), ("[]", .progress), ("installed", .progress), ("<html>", .progress),
        ("mac=52:54:00:12:34:01", .success), ("hostname=node-01", .progress), (#"{"event_type": 4}"#, .progress),
    ])
    func `plain bodies`(body: String, expected: Report) {
        #expect(read(body) == expected)
    }

    @Test func `bytes that are no text are progress`() {
        #expect(readReport(contentType: nil, body: [0xFF, 0x00, 0xFE]) == .progress)
    }
}
