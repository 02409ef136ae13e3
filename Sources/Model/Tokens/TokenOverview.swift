/// The token records of a store, and the time they are evaluated at.
package struct TokenOverview: Hashable, Sendable {
  /// By the names that the store has the connections under.
  package let records: [ConnectionName: TokenRecord]
  package let rule: RenewalRule
  package let now: Timestamp

  package init(records: [ConnectionName: TokenRecord], rule: RenewalRule, now: Timestamp) {
    self.records = records
    self.rule = rule
    self.now = now
  }
}

extension TokenRecord {
  /// When the connection stops working although it is renewed: the end of an access token that
  /// nothing renews, or of the refresh token. `nil` if it has no such end.
  package var endsForGood: Timestamp? {
    guard let tokens, grant.needsPerson else { return nil }
    guard let refresh = tokens.refresh else { return tokens.expiry.time }
    return refresh.hardUntil
  }
}
