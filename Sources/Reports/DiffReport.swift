package import Model

/// A diff with its findings and the names of keys.
package struct DiffReport: Sendable {
  package let diff: ProjectDiff
  package let findings: [Finding]
  /// The known owners of keys, by key id and by fingerprint.
  package let names: [String: String]

  package init(diff: ProjectDiff, findings: [Finding], names: [String: String]) {
    self.diff = diff
    self.findings = findings
    self.names = names
  }
}
