/// When a token is due for renewal: early enough before its end to fix failures, and spread so that
/// tokens that end together are not renewed together.
package struct RenewalRule: Hashable, Sendable {
  /// Seconds before the end.
  package let marginSeconds: Int64
  /// The margin is at most this percentage of the lifetime.
  package let marginPercent: Int64

  /// Seconds between two renewals of a token with a lifetime below `shortestLifetime`.
  private var shortLivedSpacing: Int64 = 60
  /// Seconds that a token must still be valid for.
  private var minimumSeconds: Int64 = 0
  /// Who renews, where several share the work; `nil` for one that takes all there is.
  private var sharer: String?
  /// Seconds after which the others have seen to what one of them did not renew, or earlier.
  private static let longestTurn: Int64 = 45

  package static let standard = RenewalRule()

  /// Seconds; a token with a shorter lifetime cannot be renewed in time. Requests for it would follow
  /// one another without a pause.
  package static let shortestLifetime: Int64 = 3

  /// - Precondition: the margin is not negative, and the part from 1 to 60 %, so that with its
  ///   jitter it stays below the lifetime.
  package init(marginSeconds: Int64 = 900, marginPercent: Int64 = 25) {
    precondition(
      marginSeconds >= 0 && NumberLimit.renewalMarginPercent.contains(marginPercent),
      "no such margin")
    self.marginSeconds = marginSeconds
    self.marginPercent = marginPercent
  }

  /// The rule for a caller that needs a valid token now, however short its lifetime is.
  ///
  /// - Parameter minimum: seconds that it must still be valid for.
  package func onDemand(minimum: Int64 = 0) -> RenewalRule {
    var rule = self
    (rule.shortLivedSpacing, rule.minimumSeconds) = (0, minimum)
    return rule
  }

  /// The rule for one of several processes that run all the time: each connection is the turn of one of
  /// them first, by both names, and of the next one shortly after.
  ///
  /// - Parameter sharer: a name that no other process has at the same time.
  package func shared(by sharer: String) -> RenewalRule {
    var rule = self
    rule.sharer = sharer
    return rule
  }

  /// The smaller of the configured margin and its part of the lifetime.
  package func margin(lifetime: Milliseconds) -> Milliseconds {
    min(Seconds(marginSeconds).milliseconds, max(lifetime, 0) * marginPercent / 100)
  }

  /// When the token of a connection is renewed: the margin before its end, and up to half of it
  /// earlier, by the connection's name alone.
  ///
  /// Where the work is shared, the names of both decide, so that the connection is the turn of one process after
  /// the other; all have had theirs when the margin begins.
  package func dueAt(
    issued: Timestamp, ends: Timestamp, connection: ConnectionName
  ) -> Timestamp {
    let margin = margin(lifetime: ends - issued)
    let turns = sharer == nil ? 0 : min(margin / 3, Seconds(Self.longestTurn).milliseconds)
    let jitter = part(of: margin / 2 - turns, connection.rawValue)
    let turn = sharer.map { part(of: turns, "\($0)\n\(connection)") } ?? 0
    return ends - margin - turns - jitter + turn
  }

  private func part(of whole: Milliseconds, _ text: String) -> Milliseconds {
    Milliseconds(Int64(fraction(of: text) * Double(whole.count)))
  }

  /// When the tokens of a record are due; `nil` if they need no renewal by time.
  ///
  /// An unused refresh token that would expire is kept alive by a refresh in the last tenth of its time.
  package func dueAt(_ tokens: TokenMetadata, connection: ConnectionName) -> Timestamp? {
    let access: Timestamp? =
      switch tokens.expiry {
      case .at(let time):
        tokens.shortLifetime == nil
          ? min(
            dueAt(issued: tokens.issuedAt, ends: time, connection: connection),
            tooShortAt(tokens, ends: time))
          : max(time, tokens.issuedAt.adding(seconds: shortLivedSpacing))
      case .never: nil
      // The lifetime is unknown: an hour is short for a service, and a refresh is cheap.
      case .unknown: tokens.issuedAt.adding(seconds: 2700)
      }
    let keepAlive = tokens.refresh.flatMap { refresh -> Timestamp? in
      // What ends at once cannot be kept alive.
      guard let idle = refresh.idleUntil,
        idle.seconds(since: refresh.usedAt) >= Self.shortestLifetime
      else { return nil }
      return idle - (idle - refresh.usedAt) / 10
    }
    // A token that never ends is refreshed only to keep its refresh token; that of a token with an
    // end is used in time anyway.
    return [access, keepAlive].compactMap { $0 }.min()
  }

  /// When less than the minimum is left. A service whose tokens last little longer is asked once a minute.
  private func tooShortAt(_ tokens: TokenMetadata, ends: Timestamp) -> Timestamp {
    max(ends.adding(seconds: -minimumSeconds), tokens.issuedAt.adding(seconds: 60))
  }

  /// From 0 up to 1: FNV-1a over the text, mixed so that similar texts are far apart.
  private func fraction(of text: String) -> Double {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    hash ^= hash >> 33
    return Double(hash >> 11) / Double(UInt64(1) << 53)
  }
}
