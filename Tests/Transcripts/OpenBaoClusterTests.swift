import Foundation
import Synchronization
import TestOpenBao
import TestServer
import TestSupport
import Testing

/// Three nodes that agree by Raft, and several that write at once.
@Suite struct OpenBaoClusterTests {
  /// How many connections are applied; with 300 one sees it for a larger project.
  private static let count =
    Int(ProcessInfo.processInfo.environment["VAULTCTL_CLUSTER_CONNECTIONS"] ?? "") ?? 90
  /// With the servers' own settings an election takes longer.
  private static let isQuick =
    ProcessInfo.processInfo.environment["VAULTCTL_CLUSTER_QUICK"] != "no"

  @Test func theLeaderIsKilledInTheMiddle() async throws {
    let cluster = try await BaoCluster(isQuick: Self.isQuick)
    defer { cluster.end() }
    let leader = try await cluster.leader()
    let standby = try #require(try cluster.standbys().first)
    let it = try OpenBaoSandbox(cluster.client(of: standby))
    let names = (0..<Self.count).map { "c-\($0)" }
    try await apart { try it.declare(names) }

    let proxy = try await BaoProxy(standby.client.address, authority: cluster.authority.path)
    defer { proxy.end() }
    // A connection takes a write at least, so in the middle of as many there are some left.
    let middle = Self.count / 2
    let isKilled = Mutex(false)
    proxy.watch { number, moment in
      guard number == middle, moment == .before else { return }
      leader.kill()
      isKilled.withLock { $0 = true }
    }
    let first = try await apart {
      try it.vaultctl(["apply", "--auto-approve"], environment: ["BAO_ADDR": proxy.address])
    }
    #expect(isKilled.withLock { $0 })
    #expect([0, 4].contains(first.status), "\(first.text.suffix(2000))\(first.errorText)")
    if first.status == 4 { #expect(first.errorText.contains("error[")) }

    var survivors: [BaoNode] = []
    try await eventually("a leader and one that follows") {
      let next = try await cluster.leader()
      survivors = try cluster.standbys().filter { $0 !== next } + [next]
      return survivors.count == 2
    }
    let again = try await apart { try it.vaultctl(["apply", "--auto-approve"]) }
    #expect(again.status == 0, "\(again.text.suffix(2000))\(again.errorText)")
    try await apart { try it.expectNoChanges() }
    for (number, node) in survivors.enumerated() {
      let client = cluster.client(of: node)
      for (index, name) in names.enumerated() where index % 2 == number || index % 7 == 0 {
        #expect(try client.secret("vaultctl/\(name)")["token"] == "value-of-\(name)")
        let metadata = try client.call("GET", "secret/metadata/vaultctl/\(name)")
        let version = metadata.value("data", "current_version", as: Int.self)
        #expect(version == 1, "`\(name)` was written once")
      }
    }
  }

  @Test func ofTwoSavedPlansOneIsAppliedAndTheOtherNamesWhatChanged() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root)
    let names = (0..<100).map { "c-\($0)" }
    try await apart {
      try it.declare(names)
      try it.fine(["apply", "--auto-approve"])
    }
    let other = try TemporaryFolder()
    let folder = it.sandbox.folder.path
    #expect(try run("/bin/cp", ["-a", folder + "/.", other.path]).status == 0)
    for (path, value) in [(folder, "first"), (other.path, "second")] {
      for name in names {
        let file = path + "/connections/\(name).yaml"
        try Data(httpManifest(name, token: "\(value)-\(name)").utf8)
          .write(to: URL(fileURLWithPath: file))
      }
      try await apart {
        try it.fine(["encrypt", "-C", path])
        try it.fine(["plan", "--out", path + "/it.plan", "-C", path])
      }
    }
    async let one = apart {
      try it.vaultctl(["apply", folder + "/it.plan", "-C", folder, "--force"])
    }
    async let two = apart {
      try it.vaultctl(["apply", other.path + "/it.plan", "-C", other.path, "--force"])
    }
    let results = try await [one, two]
    #expect(results.map(\.status).sorted() == [0, 1], "\(results.map(\.errorText))")
    let winner = results[0].status == 0 ? "first" : "second"
    let loser = try #require(results.first { $0.status == 1 })
    #expect(loser.errorText.contains("VC3014") && loser.errorText.contains("c-7"))
    for name in names {
      #expect(try server.root.secret("vaultctl/\(name)")["token"] == "\(winner)-\(name)")
      let version = try server.root.call("GET", "secret/metadata/vaultctl/\(name)")
        .value("data", "current_version", as: Int.self)
      #expect(version == 2, "`\(name)`")
    }
  }

  /// Somebody who knows no lock writes between the plan and the write.
  @Test func writesByOthersDuringAnApplyAreReportedAndStay() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try OpenBaoSandbox(server.root)
    let names = (0..<20).map { "c-\($0)" }
    let proxy = try await BaoProxy(server.root.address)
    defer { proxy.end() }
    try await apart {
      try it.declare(names)
      try it.fine(["apply", "--auto-approve"])
      for name in names { try it.fine(["set", name, "token"], input: "n3w") }
    }
    proxy.watch { number, moment in
      // The plan is made, and the journal is next; no connection is written yet.
      guard number == 3, moment == .before else { return }
      for name in ["c-3", "c-11"] {
        _ = try? server.root.order(
          "POST", "secret/data/vaultctl/\(name)", ["data": ["type": "bearer", "token": "theirs"]])
      }
    }
    let applied = try await apart {
      try it.vaultctl(
        ["apply", "--auto-approve", "--force"], environment: ["BAO_ADDR": proxy.address])
    }
    #expect(applied.status == 4, "\(applied.text)\(applied.errorText)")
    let errors = applied.errorText.split(separator: "\n").filter { $0.hasPrefix("error[VC4004]") }
    #expect(errors.count == 2)
    for name in ["c-3", "c-11"] { #expect(errors.contains { $0.contains("`\(name)`") }) }
    for name in names {
      let isTheirs = name == "c-3" || name == "c-11"
      #expect(
        try server.root.secret("vaultctl/\(name)")["token"] == (isTheirs ? "theirs" : "n3w"),
        "\(name)")
    }
    let plan = try await apart { try it.vaultctl(["plan"]) }
    #expect(plan.text.contains("VC3005"), "drift and a change: a conflict")
  }
}
