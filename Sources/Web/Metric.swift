/// One metric with its samples, as Prometheus reads it.
package struct Metric: Sendable, Equatable {
    package enum Kind: String, Sendable { case counter, gauge }

    package struct Sample: Sendable, Equatable {
        package var labels: [String: String]
        package var value: Int

        package init(_ labels: [String: String], _ value: Int) {
            self.labels = labels
            self.value = value
        }
    }

    package var name: String
    package var help: String
    package var kind: Kind
    package var samples: [Sample]

    package static func gauge(_ name: String, _ help: String, _ samples: [Sample]) -> Metric {
        Metric(name: "bootlatch_" + name, help: help, kind: .gauge, samples: samples)
    }

    package static func gauge(_ name: String, _ help: String, _ value: Int) -> Metric {
        gauge(name, help, [Sample([:], value)])
    }

    package static func gauge(_ name: String, _ help: String, _ holds: Bool) -> Metric {
        gauge(name, help, holds ? 1 : 0)
    }

    /// - Parameter name: without the `_total` that every counter's name ends in.
    package static func counter(_ name: String, _ help: String, _ samples: [Sample]) -> Metric {
        Metric(name: "bootlatch_\(name)_total", help: help, kind: .counter, samples: samples)
    }
}

/// Prometheus' text exposition format, version 0.0.4. Labels are sorted by their names.
package func prometheusText(_ metrics: [Metric]) -> String {
    var text = ""
    for metric in metrics {
        text += "# HELP \(metric.name) \(metric.help.escaped(quotes: false))\n"
        text += "# TYPE \(metric.name) \(metric.kind.rawValue)\n"
        for sample in metric.samples {
            let labels = sample.labels.sorted { $0.key < $1.key }.map { name, value in
                "\(name)=\"\(value.escaped(quotes: true))\""
            }
            text += metric.name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}") + " \(sample.value)\n"
        }
    }
    return text
}

/// What the answer to a scrape says that it is.
package let prometheusContentType = "text/plain; version=0.0.4; charset=utf-8"

extension String {
    /// A help text escapes backslash and line feed, a label's value also the quote around it; everything else stands for itself.
    fileprivate func escaped(quotes: Bool) -> String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\"" where quotes: text += "\\\""
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
