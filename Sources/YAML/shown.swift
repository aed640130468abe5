/// A text out of a file, as messages show it: at most 60 characters, and none that a terminal would obey or a log would break at.
package func shown(_ text: String) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
        guard count < 60 else { return result + "..." }
        count += 1
        switch scalar.properties.generalCategory {
        case .control where scalar == "\n": result += "\\n"
        case .control where scalar == "\t": result += "\\t"
        case .control, .format, .lineSeparator, .paragraphSeparator:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
