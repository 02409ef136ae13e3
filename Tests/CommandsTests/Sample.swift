import Diagnostics
import Model
import Reports
import Testing

/// Small plans.
enum Sample {
  static func name(_ text: String) throws -> ConnectionName {
    try #require(ConnectionName(text))
  }

  static func change(
    _ connection: String, _ action: ChangeAction = .create, _ reason: ChangeReason = .declared
  ) throws -> Change {
    Change(
      connection: try name(connection), app: "crm", action: action, reason: reason, details: [],
      location: nil)
  }

  static func finding(_ kind: FindingKind, severity: Severity = .warning) -> Finding {
    Finding(kind, nil, Diagnostic(.unknownApp, "found", severity: severity))
  }

  static func plan(
    changes: [String] = [], findings: [Finding] = []
  ) throws -> EnvironmentPlan {
    EnvironmentPlan(
      environment: nil, store: "test",
      plan: Plan(
        changes: try changes.map { try change($0) }, findings: findings, unchangedCount: 0,
        emptyCount: 0))
  }
}
