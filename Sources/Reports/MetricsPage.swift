/// Metrics as lines: `# HELP`, `# TYPE`, then a line for each value (Prometheus' text format 0.0.4).
struct MetricsPage {
  enum Kind: String {
    case gauge, counter
  }

  private(set) var text = ""

  /// - Parameter values: each with its labels; none leaves the metric out.
  mutating func add(
    _ name: String, _ help: String, _ kind: Kind,
    _ values: [(labels: KeyValuePairs<String, String>, value: Double)]
  ) {
    if values.isEmpty { return }
    text += "# HELP vaultctl_\(name) \(help)\n# TYPE vaultctl_\(name) \(kind.rawValue)\n"
    for (labels, value) in values {
      let list = labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
      text += "vaultctl_\(name){\(list)} \(Self.number(value))\n"
    }
  }

  /// A label's value may be any text; these three have an escape.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: #"\\"#).replacing("\"", with: #"\""#).replacing("\n", with: #"\n"#)
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }
}
