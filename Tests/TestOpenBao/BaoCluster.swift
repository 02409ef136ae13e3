import Foundation
package import TestServer
import TestSupport

/// Three nodes that agree by Raft, with TLS between them and to their clients, and a KV engine of
/// version 2 at `secret`.
package final class BaoCluster: Sendable {
  package let nodes: [BaoNode]
  package let authority: TestAuthority
  private let key: String
  private let token: String

  package struct NoLeader: Error {}

  /// - Parameter isQuick: misses a leader after three seconds, not after five as a server does that nobody
  ///   configured otherwise. With less, a node that this machine does not let run loses the lead.
  package init(isQuick: Bool = true) async throws {
    let authority = try TestAuthority()
    var nodes: [BaoNode] = []
    for name in ["one", "two", "three"] {
      let storage = """
        storage "raft" {
          path = "FOLDER"
          node_id = "\(name)"
          autopilot_update_interval = "200ms"
          autopilot_reconcile_interval = "300ms"
          performance_multiplier = \(isQuick ? 3 : 5)
        }
        """
      nodes.append(try await BaoNode(name, storage: storage, authority: authority))
    }
    let made = try nodes[0].initialize()
    (self.nodes, self.authority, key, token) = (nodes, authority, made.key, made.token)
    try await nodes[0].unseal(key)
    try await eventually("a first leader") { try nodes[0].health() == 200 }
    let root = client(of: nodes[0])
    // A node that joined has no vote for 10 seconds, by default.
    try await eventually("a vote after a second") {
      try root.call(
        "POST", "sys/storage/raft/autopilot/configuration", ["server_stabilization_time": "1s"]
      ).isSuccess
    }
    let certificate = String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: authority.path)), as: UTF8.self)
    for node in nodes.dropFirst() {
      try await eventually("\(node.name) has joined") {
        try node.client.call(
          "POST", "sys/storage/raft/join",
          ["leader_api_addr": nodes[0].client.address, "leader_ca_cert": certificate]
        ).isSuccess
      }
      try await node.unseal(key)
    }
    try await eventually("three votes") { try voters() == 3 }
    try await eventually("an engine") {
      let answer = try root.call(
        "POST", "sys/mounts/secret", ["type": "kv", "options": ["version": "2"]])
      return answer.isSuccess || answer.text.contains("path is already in use")
    }
    for node in nodes { try await client(of: node).waitForKV() }
  }

  /// A test says so at its end: an unused cluster would end before.
  package func end() { nodes.forEach { $0.kill() } }

  /// The holder of the root token at this node.
  package func client(of node: BaoNode) -> BaoClient { node.client.with(token: token) }

  /// The node that leads, waited for where there is none just now, and until its engine answers.
  package func leader() async throws -> BaoNode {
    var found: BaoNode?
    try await eventually("a leader") {
      found = try nodes.first { try $0.isRunning && $0.health() == 200 }
      return found != nil
    }
    guard let found else { throw NoLeader() }
    try await client(of: found).waitForKV()
    return found
  }

  /// The nodes that follow.
  package func standbys() throws -> [BaoNode] {
    try nodes.filter { try $0.isRunning && $0.health() == 429 }
  }

  /// Starts a node that was killed, and waits until it takes part.
  package func restart(_ node: BaoNode) async throws {
    try await node.start()
    try await node.unseal(key)
  }

  private func voters() throws -> Int {
    let answer = try client(of: nodes[0]).call("GET", "sys/storage/raft/configuration")
    let servers = answer.value("data", "config", "servers", as: [[String: Any]].self) ?? []
    return servers.count { $0["voter"] as? Bool == true }
  }
}
