import Foundation
import Synchronization
import TestOpenBao
import TestSupport
import Testing

/// An apply to an engine that is killed before and after every request that writes.
@Suite struct OpenBaoCrashTests {
  private static let apply = ["apply", "--auto-approve", "--prune"]

  /// A project before and after a change that creates, updates, renames, deletes and leaves alone.
  private struct Prepared {
    let it: OpenBaoSandbox
    private let before = Folder()
    private let after = Folder()

    init(_ client: BaoClient) throws {
      it = try OpenBaoSandbox(client)
      try it.declare(["kept", "changed", "moved", "gone"])
      try before.take(it)
      try it.fine(["set", "changed", "token"], input: "n3w")
      try it.fine(["rename", "moved", "elsewhere"])
      try it.remove("gone")
      try it.declare(["new-0", "new-1"])
      try after.take(it)
    }

    /// The state before the change, below a prefix of its own; the project has the change.
    func begin(_ prefix: String) throws {
      try it.sandbox.writeProject(extra: "store: {type: openbao, prefix: \(prefix)}")
      try before.put(it)
      try it.fine(["apply", "--auto-approve"])
      try after.put(it)
    }

    final class Folder: Sendable {
      private let copy = Mutex<TemporaryFolder?>(nil)

      func take(_ it: OpenBaoSandbox) throws {
        let folder = try TemporaryFolder()
        #expect(
          try run("/bin/cp", ["-a", it.sandbox.folder.path + "/connections/.", folder.path]).status
            == 0)
        copy.withLock { $0 = folder }
      }

      func put(_ it: OpenBaoSandbox) throws {
        let from = copy.withLock { $0?.path ?? "" }
        let target = it.sandbox.folder.path + "/connections"
        let script = #"find "$2" -mindepth 1 -delete && cp -a "$1/." "$2""#
        #expect(try run("/bin/bash", ["-e", "-c", script, "bash", from, target]).status == 0)
      }
    }
  }

  @Test(arguments: [BaoProxy.Moment.before, .after])
  func theNextApplyConvergesAndWritesNothingTwice(moment: BaoProxy.Moment) async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let proxy = try await BaoProxy(server.root.address)
    defer { proxy.end() }
    let prepared = try await apart { try Prepared(server.root) }
    var number = 1
    var isOver = false
    while !isOver {
      let prefix = "p\(number)"
      try await apart { try prepared.begin(prefix) }
      isOver = try await !killed(prepared.it, proxy, server.root, at: number, moment)
      let point = "\(moment) write \(number)"
      try await apart { try expectConverged(prepared.it, server.root, prefix, point) }
      number += 1
    }
    #expect(number > 15, "there were that many writes to be killed at")
  }

  private func killed(
    _ it: OpenBaoSandbox, _ proxy: BaoProxy, _ root: BaoClient, at number: Int,
    _ moment: BaoProxy.Moment
  ) async throws -> Bool {
    let program = KillableProgram()
    proxy.watch { found, when in
      if found == number, when == moment { program.kill() }
    }
    defer { proxy.watch { _, _ in } }
    return try await program.isKilled(
      it.sandbox, Self.apply,
      environment: root.environment.merging(["BAO_ADDR": proxy.address]) { $1 })
  }

  private func expectConverged(
    _ it: OpenBaoSandbox, _ root: BaoClient, _ prefix: String, _ point: String
  ) throws {
    let again = try it.vaultctl(Self.apply)
    #expect(again.status == 0, "\(point): \(again.text)\(again.errorText)")
    // How many versions each has: one write each, and no more.
    let versions = ["kept": 1, "changed": 2, "elsewhere": 1, "new-0": 1, "new-1": 1]
    for (name, count) in versions {
      let found = try root.call("GET", "secret/metadata/\(prefix)/\(name)")
        .value("data", "current_version", as: Int.self)
      #expect(found == count, "\(point): `\(name)`")
    }
    #expect(try root.secret("\(prefix)/changed")["token"] == "n3w", "\(point)")
    #expect(try root.secret("\(prefix)/elsewhere")["token"] == "value-of-moved", "\(point)")
    for name in ["gone", "moved"] {
      #expect(try root.call("GET", "secret/data/\(prefix)/\(name)").status == 404, "\(point)")
    }
    let plan = try it.vaultctl(["plan", "--detailed-exitcode"])
    #expect(plan.status == 0, "\(point): \(plan.text)\(plan.errorText)")
    #expect(!plan.text.contains("VC3009"), "\(point)")
  }
}
