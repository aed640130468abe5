extension Node {
    /// What a scalar is, by the rules of Kubernetes' YAML: 1.1 booleans, no base-60 numbers, no dates.
    package enum Scalar: Hashable, Sendable {
        case null
        case bool(Bool)
        case integer(Int)
        /// A number that is not a whole decimal one.
        case number(String)
        case text(String)
        /// Anything with a tag of its own.
        case tagged(String, String)
    }

    /// A scalar's text, whatever its type; empty for collections.
    package var text: String { String(decoding: resolved.bytes, as: UTF8.self) }

    /// What the scalar is; nil for collections.
    package var scalar: Scalar? {
        let node = resolved
        guard node.kind == .scalar else { return nil }
        let text = node.text
        switch node.tag {
        case nil: return node.style == .plain ? Scalar(plain: text) : .text(text)
        case "!", "tag:yaml.org,2002:str": return .text(text)
        case "tag:yaml.org,2002:bool"?:
            if let value = booleans[text] { return .bool(value) }
        case "tag:yaml.org,2002:null"?: return .null
        case "tag:yaml.org,2002:int"?:
            if let value = Int(text) { return .integer(value) }
        default: break
        }
        return .tagged(node.tag ?? "", text)
    }

    package var bool: Bool? { if case .bool(let value) = scalar { value } else { nil } }
    package var integer: Int? { if case .integer(let value) = scalar { value } else { nil } }
    package var string: String? { if case .text(let value) = scalar { value } else { nil } }
    /// Whether the value is left out: `key:`, `~` or `null`.
    package var isNull: Bool {
        let node = resolved
        // Asked of every field there is: long and quoted texts are none without a look at them.
        return node.kind == .scalar && node.bytes.count <= 4 && node.scalar == .null
            || node.tag == "tag:yaml.org,2002:null"
    }
}

extension Node.Scalar {
    init(plain text: String) {
        guard let first = text.utf8.first else {
            self = .null
            return
        }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            self = Self(number: text) ?? .text(text)
        case _ where text.utf8.count > "false".utf8.count: self = .text(text)
        default:
            if let value = booleans[text] {
                self = .bool(value)
            } else {
                self = nulls.contains(text) ? .null : .text(text)
            }
        }
    }

    private init?(number text: String) {
        // Most texts with a digit in front are addresses.
        var dots = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: ":") { return nil }
            if byte == UInt8(ascii: ".") { dots += 1 }
        }
        if dots > 1 { return nil }
        var digits = text.utf8[...]
        if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        if let value = Int(text), digits.count == 1 || digits.first != UInt8(ascii: "0") {
            self = .integer(value)
        } else if Self.infinities.contains(String(digits) ?? "") || Self.notNumbers.contains(text) {
            self = .number(text)
        } else if let known = Self.digits.first(where: { digits.starts(with: $0.prefix.utf8) })?.known {
            if digits.count == 2 || !digits.dropFirst(2).allSatisfy({ known.contains($0) }) { return nil }
            self = .number(text)
        } else if digits.contains(where: { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            digits.allSatisfy({ Self.decimal.contains($0) }), Double(text.filter { $0 != "_" }) != nil
        {
            self = .number(text)
        } else {
            return nil
        }
    }

    private static let infinities: Set = [".inf", ".Inf", ".INF"]
    private static let notNumbers: Set = [".nan", ".NaN", ".NAN"]
    private static let decimal = Set("0123456789._eE+-".utf8)
    private static let digits = [("0x", "0123456789abcdefABCDEF_"), ("0o", "01234567_"), ("0b", "01_")].map {
        (prefix: $0, known: Set($1.utf8))
    }
}

private let nulls: Set = ["~", "null", "Null", "NULL"]

private let booleans: [String: Bool] = [
    "true": true, "True": true, "TRUE": true, "yes": true, "Yes": true, "YES": true, "on": true, "On": true, "ON": true,
    "false": false, "False": false, "FALSE": false, "no": false, "No": false, "NO": false, "off": false, "Off": false,
    "OFF": false,
]
