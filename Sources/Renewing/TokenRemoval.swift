/// How the removal of a connection's tokens from the store ended.
package enum TokenRemoval: Sendable {
  case removed(SupersededTokens)
  /// It has no tokens.
  case nothing
  /// A signal came while another process renewed them; nothing was removed.
  case interrupted
}
