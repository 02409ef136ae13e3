package import Diagnostics

/// Something that a reader of the plan should know.
package struct Finding: Hashable, Sendable, Codable {
  package let kind: FindingKind
  package let connection: ConnectionName?
  package let diagnostic: Diagnostic

  package init(_ kind: FindingKind, _ connection: ConnectionName?, _ diagnostic: Diagnostic) {
    self.kind = kind
    self.connection = connection
    self.diagnostic = diagnostic
  }
}

/// The names that `policy.failOn` and `--fail-on` take.
package enum FindingKind: String, Hashable, Sendable, Codable, CaseIterable {
  case empty
  case drift
  case conflict
  case scopeDrift = "scope-drift"
  case undecided
  case unmanaged
  case orphaned
  /// Another project or environment applied it, or nobody has claimed it yet.
  case foreign
  case preventDestroy = "prevent-destroy"
  /// A flow names no connection, one that is not declared, or another app's.
  case flow
  /// An access token that has expired.
  case expired
  /// An access token that is due for renewal, or tokens that soon end and cannot renew themselves.
  case expiring
  /// Tokens that only a person can obtain.
  case needsAuthorization = "needs-authorization"
  /// Tokens that could not be renewed.
  case renewalFailed = "renewal-failed"
  /// Each of the four before, and a service whose clock is wrong.
  case tokens
  /// A secret that stays the same would be sent to another host.
  case redirect
  /// A redirect that `--allow-redirect` names.
  case allowedRedirect = "allowed-redirect"
  /// The project file defines a built-in app itself.
  case appOverride = "app-override"
  /// Whether a ledger, or the embedded store, is authentic cannot be shown here.
  case unverified
  /// A setting differs from the trusted project file, and is not used.
  case untrusted
  /// The project was renamed, and its values are sealed for the previous name.
  case projectRenamed = "project-renamed"
  /// A recipient that nothing can be sealed for, or a message that is not addressed to exactly its
  /// recipients.
  case recipients
  /// A message that was sealed for another field.
  case movedSecret = "moved-secret"
  /// In a diff only: a recipient was removed from a value and may still know it.
  case formerRecipient = "former-recipient"

  /// What reports findings.
  package enum Reporter: String, Sendable, CaseIterable {
    case validate
    /// `apply`, too: it plans first.
    case plan
    case diff, status
  }

  /// A policy of the project may have each of them; a run that cannot report one cannot fail on it.
  package var reporters: [Reporter] {
    switch self {
    case .appOverride: [.validate, .plan, .diff]
    case .recipients: [.validate, .plan, .diff]
    case .movedSecret: [.validate, .plan, .diff, .status]
    case .redirect: [.plan, .diff]
    case .formerRecipient: [.diff]
    case .empty: [.validate, .plan, .status]
    case .flow, .untrusted: [.validate, .plan]
    case .drift, .conflict, .scopeDrift, .unmanaged, .orphaned, .foreign, .preventDestroy, .expired,
      .expiring, .needsAuthorization, .renewalFailed, .tokens, .projectRenamed:
      [.plan, .status]
    case .undecided: [.plan, .diff]
    case .allowedRedirect, .unverified: [.plan]
    }
  }

  /// The findings that the word stands for.
  package var members: Set<FindingKind> {
    self == .tokens
      ? [.tokens, .expired, .expiring, .needsAuthorization, .renewalFailed] : [self]
  }
}
