/// How the removal of a connection's tokens from the store ended.
package enum TokenRemoval: Sendable {
  /// - Parameter isInDoubt: an interrupted renewal may have obtained others, which nobody has.
  case removed(SupersededTokens, isInDoubt: Bool)
  /// It has no tokens.
  case nothing
  /// A signal came while another process renewed them; nothing was removed.
  case interrupted
}
