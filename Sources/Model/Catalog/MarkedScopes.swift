/// Scopes that a request names in a parameter of their own. In manifests and records they have a prefix.
package struct MarkedScopes: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The service may leave it out of the grant: `optional:crm.schemas.deals.read`.
    case optional
    /// Of the person's own token, not of the app's: `user:search:read`.
    case user
  }

  package let kind: Kind
  package let parameter: String

  package init(_ kind: Kind, parameter: String) {
    self.kind = kind
    self.parameter = parameter
  }

  package var prefix: String { kind.rawValue + ":" }

  /// The scope without the prefix; `nil` if it is none of these.
  package func unmarked(_ scope: Scope) -> Scope? {
    scope.rawValue.hasPrefix(prefix) ? Scope(String(scope.rawValue.dropFirst(prefix.count))) : nil
  }

  package func marked(_ scope: Scope) -> Scope { Scope(prefix + scope.rawValue) }
}
