import Foundation

/// What a machine says about its installation.
package enum Report: String, Sendable, CaseIterable {
    case success, failure, progress
}

/// Reads the body of a webhook that came to the success URL.
///
/// Only documented forms of success are success: no body, Proxmox VE's post-installation notification, cloud-init's `phone_home`
/// form, the last event of curtin and of Subiquity, a word in `status` or `event` (what a payload of Harvester's
/// `install.webhooks` says), and our own `{"mac": ...}`. Everything else is progress: an installer that tells of each step must
/// not end its own boot.
package func readReport(contentType: String?, body: [UInt8]) -> Report {
    let text = String(decoding: body, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    if text.isEmpty { return .success }
    if text.hasPrefix("{") {
        guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            return .progress
        }
        return readJSON(object)
    }
    return readForm(text)
}

private func readJSON(_ object: [String: Any]) -> Report {
    if object["event_type"] != nil { return readCurtinEvent(object) }
    if let status = (object["status"] ?? object["event"]) as? String { return word(status) }
    let keys = Set(object.keys)
    // https://pve.proxmox.com/wiki/Automated_Installation#Post-Installation_Notification, schema 1.0 to 1.2. It is sent once, from
    // the finished system, and has no field that says how the installation went.
    if keys.isSuperset(of: ["machine-id", "product", "boot-info"]) { return .success }
    if keys.contains("mac") || keys.contains("instance_id") { return .success }
    return .progress
}

/// An event of curtin's reporting framework, which Subiquity uses too.
///
/// https://curtin.readthedocs.io/en/latest/topics/reporting.html: names are hierarchical, a parent finishes after all of its parts,
/// a part's FAIL is its parent's, and WARN is not fatal. So only the finish of the whole, `cmd-install`, counts.
/// Subiquity never finishes a whole: with autoinstall, `subiquity/Shutdown/shutdown` runs once everything, late commands
/// included, went well (subiquity/server/controllers/shutdown.py). Its start counts, for its finish races with the reboot.
private func readCurtinEvent(_ event: [String: Any]) -> Report {
    guard let name = event["name"] as? String, let type = event["event_type"] as? String else { return .progress }
    let result = event["result"] as? String
    switch (name, type) {
    case ("subiquity/Shutdown/shutdown", "start"): return .success
    case ("subiquity/Shutdown/shutdown", "finish"): return result == "FAIL" ? .progress : .success
    case ("cmd-install", "finish"):
        return result == "SUCCESS" || result == "WARN" ? .success : result == "FAIL" ? .failure : .progress
    case ("subiquity/Install/install", "finish"), ("subiquity/Late/run", "finish"):
        return result == "FAIL" ? .failure : .progress
    default: return .progress
    }
}

/// `pub_key_rsa=...&instance_id=...&hostname=...` of cloud-init's `phone_home`
/// (https://cloudinit.readthedocs.io/en/latest/reference/modules.html#phone-home), or `event=installed&...`.
private func readForm(_ text: String) -> Report {
    var fields: [String: String] = [:]
    for pair in text.split(separator: "&") {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return .progress }
        fields[String(parts[0])] = String(parts[1])
    }
    if let status = fields["status"] ?? fields["event"] { return word(status) }
    return fields["instance_id"] != nil || fields["mac"] != nil ? .success : .progress
}

/// Harvester's webhooks fire on STARTED, SUCCEEDED or FAILED (https://docs.harvesterhci.io/latest/install/harvester-configuration).
private func word(_ word: String?) -> Report {
    switch word?.lowercased() {
    case "success", "succeeded", "installed", "provisioned", "complete", "completed", "finished": .success
    case "fail", "failed", "failure", "error": .failure
    default: .progress
    }
}
