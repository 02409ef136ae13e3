/// Which change of a guarded setting makes it tighter. Any other change makes it looser.
package enum TighteningRule: Hashable, Sendable {
  /// More findings fail a plan.
  case moreFindings
  /// From `optional` to `required`.
  case required
  /// Fewer signers are accepted.
  case fewerSigners
  /// A copy of the records in git beside a store that had none.
  case ledgerInGit
  /// It may be added, and never changes.
  case identity
  /// Not known which way is tighter.
  case unchanged

  /// The rule of a path, in the base or in an environment; `nil` for a path that is not guarded.
  init?(_ path: SettingPath) {
    // An environment's id says where its records are: it is not the project's.
    if path.isEnvironmentID { return nil }
    switch path.withoutEnvironment {
    case ["policy", "failOn"]: self = .moreFindings
    case ["signing"]: self = .required
    case ["signers"]: self = .fewerSigners
    case ["store", "ledger"]: self = .ledgerInGit
    case ["id"], ["name"]: self = .identity
    case let keys where keys.first == "policy" && keys.count > 1: self = .unchanged
    default: return nil
    }
  }

  /// - Parameters:
  ///   - own: the branch's value; `nil` if it has none. So is `trusted`.
  ///   - requiresSignatures: whether the trusted file does.
  func accepts(
    _ own: SettingValue?, instead trusted: SettingValue?, requiresSignatures: Bool
  ) -> Bool {
    if own == trusted { return true }
    switch self {
    case .moreFindings:
      return Set(trusted?.listedTexts ?? []).isSubset(of: own?.listedTexts ?? [])
    case .required: return trusted != .text("required")
    case .fewerSigners:
      guard requiresSignatures else { return true }
      return own.map { Set($0.listedTexts).isSubset(of: trusted?.listedTexts ?? []) } ?? false
    case .ledgerInGit: return trusted == nil && own == .text("git")
    case .identity: return trusted == nil
    case .unchanged: return false
    }
  }
}
