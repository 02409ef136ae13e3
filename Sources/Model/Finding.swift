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
  /// Tokens that have expired, soon expire permanently, or cannot be renewed.
  case tokens
  /// A secret that stays the same would be sent to another host.
  case redirect
  /// A redirect that `--allow-redirect` names.
  case allowedRedirect = "allowed-redirect"
  /// The project file defines a built-in app itself.
  case appOverride = "app-override"
  /// Whether a ledger is authentic cannot be shown here.
  case unverified
  /// A setting differs from the trusted project file, and is not used.
  case untrusted
  /// The project was renamed, and its values are sealed for the previous name.
  case projectRenamed = "project-renamed"
  /// In a diff only: a new message is addressed to more than its recipients, or hides them.
  case recipients
  /// In a diff only: a message was moved to another field.
  case movedSecret = "moved-secret"
  /// In a diff only: a recipient was removed from a value and may still know it.
  case formerRecipient = "former-recipient"

  /// What reports findings.
  package enum Reporter: String, Sendable {
    case plan, diff
  }

  /// A policy of the project may have each of them; a run that cannot report one cannot fail on it.
  package var reporters: [Reporter] {
    switch self {
    case .redirect, .appOverride: [.plan, .diff]
    case .recipients, .movedSecret, .formerRecipient: [.diff]
    case .empty, .drift, .conflict, .scopeDrift, .undecided, .unmanaged, .orphaned, .foreign,
      .preventDestroy, .flow, .tokens, .allowedRedirect, .unverified, .untrusted, .projectRenamed:
      [.plan]
    }
  }
}
