/// An address of this machine that other machines cannot reach.
package enum LoopbackHost: String, Sendable {
  case ipv4 = "127.0.0.1"
  case ipv6 = "::1"

  /// The address of a server on it.
  func address(port: Int) -> String {
    switch self {
    case .ipv4: "http://\(rawValue):\(port)"
    case .ipv6: "http://[\(rawValue)]:\(port)"
    }
  }
}
