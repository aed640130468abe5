import Foundation

/// What a machine says about its installation.
package enum Report: String, Sendable, CaseIterable {
    case success, failure, progress
}

/// Reads the body of a webhook that came to the success URL.
///
/// Only documented forms of success are success: no body, Proxmox VE's post-installation JSON, cloud-init's `phone_home` form,
/// curtin's and Subiquity's last event, Harvester's `install.webhooks`, and our own `{"status": "installed"}` or `{"mac": ...}`.
/// Everything else is progress: an installer that tells of each step must not end its own boot.
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
    if let event = object["event_type"] as? String {
        // curtin's reporter: https://curtin.readthedocs.io/en/latest/topics/reporting.html
        guard event == "finish", let name = object["name"] as? String,
            ["cmd-install", "curtin", "subiquity"].contains(name)
        else {
            return .progress
        }
        return word(object["result"] as? String)
    }
    if let status = (object["status"] ?? object["event"]) as? String { return word(status) }
    let keys = Set(object.keys)
    // Proxmox VE 8.3 and later: https://pve.proxmox.com/wiki/Automated_Installation#Post-Installation_Notification
    if keys.contains("machine-id") && (keys.contains("product") || keys.contains("boot-info")) { return .success }
    if keys.contains("mac") || keys.contains("instance_id") { return .success }
    return .progress
}

/// `pub_key_rsa=...&instance_id=...&hostname=...` of cloud-init's `phone_home`, or `event=installed&...`.
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

private func word(_ word: String?) -> Report {
    switch word?.lowercased() {
    case "success", "succeeded", "installed", "provisioned", "complete", "completed", "finished": .success
    case "fail", "failed", "failure", "error": .failure
    default: .progress
    }
}
