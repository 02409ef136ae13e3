package import Secrets

/// A request that was received whole.
package struct ServerRequest: Sendable {
  package let head: RequestHead
  /// It may be a secret, so it is wiped with the request.
  package let body: SecretBytes

  package init(head: RequestHead, body: SecretBytes = SecretBytes(copying: [])) {
    self.head = head
    self.body = body
  }
}
