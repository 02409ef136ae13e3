/// Why no token is requested until a connection's setup changes.
package enum RenewalObstacle: Hashable, Sendable {
  /// The service refused the client, by a code; or by one that was not fit to be kept.
  case refused(code: String)
  /// Something that was found here.
  case local(String)

  /// The code or the reason, for a list.
  package var text: String {
    switch self {
    case .refused(let code): code
    case .local(let reason): reason
    }
  }
}
