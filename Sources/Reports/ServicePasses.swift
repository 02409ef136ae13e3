package import Model

/// When all environments of a service were last looked at, and when that last went well: the longest ago of
/// each; `nil` if one never was.
package struct ServicePasses: Hashable, Sendable {
  package let last: Timestamp?
  package let successful: Timestamp?

  /// Seconds after which a service that looked at nothing is taken for dead, unless the user gives another number.
  package static let maxAge: Int64 = 300

  /// - Parameter passes: of each environment.
  fileprivate init(_ passes: [(last: Timestamp?, successful: Timestamp?)]) {
    func oldest(_ times: [Timestamp?]) -> Timestamp? {
      times.contains(nil) ? nil : times.compactMap(\.self).min()
    }
    last = oldest(passes.map { $0.last })
    successful = oldest(passes.map { $0.successful })
  }
}

extension RenewalMetrics {
  package var passes: ServicePasses {
    ServicePasses(environments.values.map { ($0.lastPass, $0.lastSuccess) })
  }
}

extension ServicePasses {
  /// From the text of metrics, in which an environment that was never looked at has no line.
  ///
  /// - Parameter now: what claims to be later, by more than a clock may be set back, is no time.
  package init(metrics text: String, at now: Timestamp) {
    let possible = 0...Double(now.milliseconds) / 1000 + Double(Self.maxAge)
    let lines = text.split(separator: "\n")
    func times(_ name: String) -> [Substring: Timestamp?] {
      let values = lines.filter { $0.hasPrefix("vaultctl_\(name){") }.map { line in
        let labels = line.prefix { $0 != "}" }.drop { $0 != "{" }
        // An environment with an impossible time counts as one that was never looked at.
        let time = line.split(separator: " ").last.flatMap { Double($0) }
          .flatMap { possible.contains($0) ? $0 : nil }
          .map { Timestamp(milliseconds: Int64($0 * 1000)) }
        return (labels, time)
      }
      return Dictionary(values) { first, _ in first }
    }
    let successes = times("last_success_timestamp_seconds")
    self.init(times("last_pass_timestamp_seconds").map { ($0.value, successes[$0.key] ?? nil) })
  }
}
