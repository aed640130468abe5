/// An answer to Prometheus.
struct Scrape {
    let text: String
    /// Samples by their name with labels, as they stand there.
    let values: [String: Int]
    /// Types by name.
    let types: [String: String]

    init(_ text: String) {
        self.text = text
        var values: [String: Int] = [:]
        var types: [String: String] = [:]
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                types[String(words[2])] = String(words[3])
            } else if !line.hasPrefix("#"), let space = line.lastIndex(of: " ") {
                values[String(line[..<space])] = Int(line[line.index(after: space)...])
            }
        }
        self.values = values
        self.types = types
    }

    subscript(name: String) -> Int? { values["bootlatch_" + name] }

    /// The series of a metric that are not 0, by the value of this label.
    func nonZero(_ name: String, by label: String) -> [String: Int] {
        var series: [String: Int] = [:]
        for (key, value) in values where value != 0 && key.hasPrefix("bootlatch_\(name){") {
            guard let range = key.firstRange(of: "\(label)=\"") else { continue }
            series[String(key[range.upperBound...].prefix { $0 != "\"" })] = value
        }
        return series
    }

    /// Names of the labels of each metric that has a sample.
    var labels: [String: Set<String>] {
        var labels: [String: Set<String>] = [:]
        for key in values.keys {
            let name = String(key.prefix { $0 != "{" })
            labels[name, default: []].formUnion(key.matches(of: /(\w+)="/).map { String($0.1) })
        }
        return labels
    }
}
