package import Diagnostics
package import Model
import Planning

/// Decides whether a plan may be applied.
package struct ApplyGuard: Sendable {
  package struct Refusal: Hashable, Sendable {
    package let diagnostic: Diagnostic
    package let outcome: Outcome
  }

  private let policy: FailOnPolicy
  private let allowsManyChanges: Bool
  private let forcesConflicts: Bool

  /// - Parameters:
  ///   - allowsManyChanges: ignores the safety limits.
  ///   - forcesConflicts: manifests win if the store changed too.
  package init(policy: FailOnPolicy, allowsManyChanges: Bool, forcesConflicts: Bool) {
    self.policy = policy
    self.allowsManyChanges = allowsManyChanges
    self.forcesConflicts = forcesConflicts
  }

  /// Errors first, then the policy, the safety limits and conflicts; `nil` if the plan may be
  /// applied.
  package func refusal(of plan: Plan) -> Refusal? {
    if let first = plan.findings.first(where: { $0.diagnostic.severity == .error }) {
      return Refusal(
        diagnostic: Diagnostic(
          first.diagnostic.code, "the plan has errors; nothing was applied",
          help: ["fix the errors above, then: vaultctl apply"]),
        outcome: .failed)
    }
    if let violation = policy.violation(in: plan.findings) {
      return Refusal(diagnostic: violation, outcome: .finding)
    }
    if !allowsManyChanges, let refusal = SafetyGuard.refusal(of: plan) {
      return Refusal(diagnostic: refusal, outcome: .failed)
    }
    let conflicts = plan.changes.filter { $0.reason == .conflicting }
    guard !conflicts.isEmpty, !forcesConflicts else { return nil }
    let names = conflicts.map { "`\($0.connection)`" }.joined(separator: ", ")
    return Refusal(
      diagnostic: Diagnostic(
        .conflict, "conflicts: \(names); nothing was applied",
        help: ["overwrite the store: vaultctl apply --force-conflicts"]),
      outcome: .failed)
  }
}
