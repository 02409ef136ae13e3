import ArgumentParser
package import Diagnostics
import Manifests
package import Model

/// The findings that fail a run: those of the project's `policy.failOn`, and those of `--fail-on`.
/// Plans and applies always fail on `redirect`.
package struct FailOnPolicy: Hashable, Sendable {
  package let kinds: Set<FindingKind>

  /// - Parameters:
  ///   - option: comma-separated names; `nil` if it was not given.
  ///   - reporter: what the run reports.
  /// - Throws: for an unknown name, and for a finding that the run never has: it would always pass.
  package init(
    _ projectKinds: Set<FindingKind> = [], option: String?, of reporter: FindingKind.Reporter
  ) throws {
    let words = (option ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    let named = projectKinds.union(
      try words.map { word in
        if let kind = FindingKind(rawValue: word) {
          if kind.reporters.contains(reporter) { return kind }
          throw ValidationError(
            "--fail-on \(kind.rawValue) would always pass: vaultctl \(reporter.rawValue) never "
              + "reports it; use vaultctl \(kind.reporters.map(\.rawValue).joined(separator: ", "))"
          )
        }
        let refused = RefusedWord(word, known: FindingKind.allCases.map(\.rawValue))
        throw ValidationError(
          "unknown finding\(refused.quoted) for --fail-on; known findings: \(refused.listing)")
      })
    kinds = Set(named.flatMap(\.members))
  }

  /// The findings that it does not allow; `nil` if there are none.
  package func violation(in findings: [Finding]) -> Diagnostic? {
    let found = Set(findings.map(\.kind)).intersection(kinds).map(\.rawValue).sorted()
    if found.isEmpty { return nil }
    return Diagnostic(
      .policyViolated, "policy violated: \(found.joined(separator: ", "))",
      notes: found == [FindingKind.redirect.rawValue]
        ? ["a redirect fails every plan unless it is allowed"]
        : ["set by `policy.failOn` in \(Project.fileName), or by `--fail-on`"],
      help: ["fix the findings above, or \(Self.way(found))"])
  }

  private static func way(_ found: [String]) -> String {
    found.contains(FindingKind.redirect.rawValue)
      ? "allow a redirect: --allow-redirect NAME" : "remove them from the policy"
  }
}
