import Foundation
package import TestServer
import TestSupport

/// A server of one node that keeps all in memory, with a KV engine of version 2 at `secret` and
/// every call in an audit log.
package final class BaoServer: Sendable {
  package let node: BaoNode
  /// The holder of the root token.
  package let root: BaoClient
  private let key: String

  /// - Parameter authority: makes it speak TLS.
  package init(authority: TestAuthority? = nil) async throws {
    node = try await BaoNode(
      "server", storage: "storage \"inmem\" {}", authority: authority, audit: true)
    let made = try node.initialize()
    key = made.key
    root = node.client.with(token: made.token)
    try await node.unseal(key)
    try await root.mountKV()
  }

  /// A test says so at its end: an unused server would end before.
  package func end() { node.kill() }

  package func seal() async throws {
    try root.order("POST", "sys/seal")
    try await eventually("sealed") { try node.health() == 503 }
  }

  package func unseal() async throws { try await node.unseal(key) }

  /// What was asked of it until now, in order.
  package func auditedCalls() throws -> [AuditedCall] { try AuditedCall.all(in: node.auditPath) }
}
