extension RequestHead {
  package struct Refusal: Hashable, Sendable {
    package let status: ServerResponse.Status
    package let reason: String
  }

  /// Why a request for a server on this machine is none of its own; `nil` if it names that server, and comes
  /// from no other page. A page of another origin can send requests here, and a name of its own can lead
  /// here (DNS rebinding).
  ///
  /// - Parameter port: the server's.
  package func refusal(port: UInt16) -> Refusal? {
    let hosts = ["127.0.0.1:\(port)", "localhost:\(port)"]
    guard let host = fields["host"], hosts.contains(host) else {
      return Refusal(status: .misdirected, reason: "this server has another name")
    }
    let isOfOther = fields["origin"].map { $0 != "http://\(host)" } ?? false
    let site = fields["sec-fetch-site"] ?? "none"
    if isOfOther || !["same-origin", "none"].contains(site) {
      return Refusal(status: .forbidden, reason: "requests of other pages are refused")
    }
    return nil
  }
}
