import Inventory

/// The values of one boot that are filled into text that goes to the machine.
package struct BootText: Sendable, Equatable {
    package var hookURL: String
    package var failedURL: String
    package var mac: String
    package var uuid: String
    package var serial: String
    package var hostname: String
    package var ip: String
    /// Without a slash at its end.
    package var artifacts: String
    /// Without a slash at its end.
    package var answerURL: String

    package init(
        hookURL: String, failedURL: String, mac: String, uuid: String = "", serial: String = "", hostname: String = "",
        ip: String = "", artifacts: String, answerURL: String = ""
    ) {
        self.hookURL = hookURL
        self.failedURL = failedURL
        self.mac = mac
        self.uuid = uuid
        self.serial = serial
        self.hostname = hostname
        self.ip = ip
        self.artifacts = artifacts
        self.answerURL = answerURL
    }

    package subscript(_ placeholder: Placeholder) -> String {
        switch placeholder {
        case .hookURL: hookURL
        case .failedURL: failedURL
        case .mac: mac
        case .uuid: uuid
        case .serial: serial
        case .hostname: hostname
        case .ip: ip
        case .artifacts: artifacts
        case .answerURL: answerURL
        }
    }

    /// Fills `{{name}}` in, spaces inside the braces allowed. Unknown names stay as they are: loading the repo has reported them.
    ///
    /// Values are what machines and manifests say of themselves, so one that would start a new line of a script, or a new word of
    /// it, is made harmless: control characters, spaces and iPXE's special characters are left out of `uuid`, `serial` and `hostname`.
    package func fill(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count + 128)
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            result += rest[..<open.lowerBound]
            rest = rest[open.lowerBound...]
            guard let close = rest.firstRange(of: "}}") else { break }
            let name = rest[rest.index(rest.startIndex, offsetBy: 2)..<close.lowerBound]
            if let placeholder = Placeholder(rawValue: String(name.filter { $0 != " " })) {
                result += harmless(placeholder)
            } else {
                result += rest[..<close.upperBound]
            }
            rest = rest[close.upperBound...]
        }
        return result + rest
    }

    /// The value as it may stand in a text that somebody executes.
    func harmless(_ placeholder: Placeholder) -> String { safe(self[placeholder]) }

    private func safe(_ value: String) -> String {
        let unsafe: Set<Unicode.Scalar> = [" ", "|", "&", "$", "{", "}", "\"", "'", "`", "\\", "<", ">", ";"]
        var scalars = String.UnicodeScalarView()
        for scalar in value.unicodeScalars where scalar.value > 32 && scalar.value < 127 && !unsafe.contains(scalar) {
            scalars.append(scalar)
        }
        return String(scalars)
    }
}
