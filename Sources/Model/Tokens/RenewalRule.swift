/// When a token is due for renewal: early enough before its end to fix failures, and spread so that
/// tokens that end together are not renewed together.
package struct RenewalRule: Hashable, Sendable {
  /// Seconds before the end.
  package let marginSeconds: Int64
  /// The margin is at most this percentage of the lifetime.
  package let marginPercent: Int64

  package static let standard = RenewalRule()

  /// - Precondition: the margin is not negative, and the part from 1 to 60 %, so that with its
  ///   jitter it stays below the lifetime.
  package init(marginSeconds: Int64 = 900, marginPercent: Int64 = 25) {
    precondition(
      marginSeconds >= 0 && NumberLimit.renewalMarginPercent.contains(marginPercent),
      "no such margin")
    self.marginSeconds = marginSeconds
    self.marginPercent = marginPercent
  }

  /// The smaller of the configured margin and its part of the lifetime.
  package func margin(lifetime: Milliseconds) -> Milliseconds {
    min(Seconds(marginSeconds).milliseconds, max(lifetime, 0) * marginPercent / 100)
  }

  /// When the token of a connection is renewed: the margin before its end, and up to half of it
  /// earlier, by the connection's name alone.
  package func dueAt(
    issued: Timestamp, ends: Timestamp, connection: ConnectionName
  ) -> Timestamp {
    let margin = margin(lifetime: ends - issued)
    let jitter = Milliseconds(Int64(fraction(of: connection) * Double(margin.count) / 2))
    return ends - margin - jitter
  }

  /// When the tokens of a record are due; `nil` if they need no renewal by time.
  ///
  /// An unused refresh token that would expire is kept alive by a refresh in the last tenth of its time.
  package func dueAt(_ tokens: TokenMetadata, connection: ConnectionName) -> Timestamp? {
    let access: Timestamp? =
      switch tokens.expiry {
      case .at(let time): dueAt(issued: tokens.issuedAt, ends: time, connection: connection)
      case .never: nil
      // The lifetime is unknown: an hour is short for a service, and a refresh is cheap.
      case .unknown: tokens.issuedAt.adding(seconds: 2700)
      }
    let keepAlive = tokens.refresh.flatMap { refresh in
      refresh.idleUntil.map { idle in
        idle - (idle - refresh.usedAt) / 10
      }
    }
    // A token that never ends is refreshed only to keep its refresh token; that of a token with an
    // end is used in time anyway.
    return [access, keepAlive].compactMap { $0 }.min()
  }

  /// From 0 up to 1: FNV-1a over the name, mixed so that similar names are far apart.
  private func fraction(of connection: ConnectionName) -> Double {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in connection.rawValue.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    hash ^= hash >> 33
    return Double(hash >> 11) / Double(UInt64(1) << 53)
  }
}
