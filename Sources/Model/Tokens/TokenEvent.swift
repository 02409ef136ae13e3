/// What happened to a connection's tokens; the raw values are what stores write.
package enum TokenEvent: String, Hashable, Sendable, CaseIterable {
  case minted = "token minted"
  case refreshed = "token refreshed"
  case failed = "token failed"
  case stopped = "token stopped"
  case authorized, revoked
}
