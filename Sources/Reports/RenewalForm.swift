import Model

/// A renewal for programs.
struct RenewalForm: Encodable, Sendable {
  let name: String
  let environment: String?
  let result: String
  let ends_at: String?
  let reason: String?
  let next_attempt_at: String?

  init(_ row: RenewalRow) {
    name = row.name.rawValue
    environment = row.environment
    result = row.result.rawValue
    ends_at = row.endsAt?.description
    reason = row.reason
    next_attempt_at = row.nextAttemptAt?.description
  }
}
