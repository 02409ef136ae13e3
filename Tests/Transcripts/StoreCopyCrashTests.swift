import Foundation
import TestAuthorizationServer
import TestOpenBao
import TestSupport
import Testing

/// A copy that is killed at each step of it: the same command continues, and the copy is whole.
@Suite(.serialized) struct StoreCopyCrashTests {
  /// Every so many calls one; with 1 one sees each.
  private static let step =
    Int(ProcessInfo.processInfo.environment["VAULTCTL_CRASH_STEP"] ?? "") ?? 9

  @Test func aCopyToAServerThatIsKilledContinues() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try await StoreCopyFixture(server.root)
    var number = 1
    var kills = 0
    while true {
      // A place of its own for each.
      let store = "{type: openbao, prefix: flows-\(number)}"
      try it.choose(StoreCopyFixture.first)
      let copy = ["store", "copy", "--to", store]
      guard try await it.isKilled(copy, at: "sendto", number) else { break }
      kills += 1
      try await it.fine(copy)
      try it.choose(store)
      try await it.expectWhole(at: "request \(number)")
      #expect(try await it.history("basic").count >= 2)
      number += Self.step
    }
    #expect(kills > 60 / Self.step, "there were that many requests")
  }

  /// A server gives its own time to versions, and another tool writes to one of the connections.
  private func onServer(_ root: BaoClient) async throws -> StoreCopyFixture {
    let it = try await StoreCopyFixture(root)
    let manifest = try it.sandbox.read("connections/c-0.yaml")
    try it.sandbox.write(
      manifest.replacing("  app: http\n", with: "  app: http\n  ignore: [token]\n"),
      to: "connections/c-0.yaml")
    try await it.fine(["store", "copy", "--to", StoreCopyFixture.bao])
    try it.choose(StoreCopyFixture.bao)
    try root.order(
      "POST", "secret/data/flows/c-0", ["data": ["type": "bearer", "token": "s3cret-0"]])
    return it
  }

  private func remove(_ file: String) {
    for ending in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: file + ending)
    }
  }

  /// Its tokens are renewed there once more.
  private func expectWholeAndRenewed(_ it: StoreCopyFixture, at point: String) async throws {
    try await it.expectWhole(at: point)
    #expect(try await it.history("basic").count >= 2, "\(point)")
    let calls = it.service.calls.count
    try await it.fine(["refresh", "robot"])
    #expect(it.service.calls.count == calls + 1, "\(point)")
    let handed = try await it.vaultctl(["exec", "robot", "--", "printenv", "ROBOT_ACCESS_TOKEN"])
    #expect(handed.text == "at-\(calls + 1)\n", "\(point) \(handed.errorText)")
  }

  /// The first copy, and one of a later state over it.
  @Test(arguments: [false, true])
  func aCopyFromAServerThatIsKilledContinues(isSecond: Bool) async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try await onServer(server.root)
    let kept = try TemporaryFolder()
    let file = it.sandbox.folder.path + "/.vaultctl/second.db"
    let copy = ["store", "copy", "--to", StoreCopyFixture.second]
    if isSecond {
      try await it.fine(copy)
      _ = try run("/usr/bin/sqlite3", [file, "PRAGMA wal_checkpoint(TRUNCATE)"])
      #expect(try run("/bin/cp", ["-a", file, kept.path + "/it"]).status == 0)
      for value in ["p-3", "p-2"] {
        try await it.fine(["set", "basic", "password"], input: value)
        try await it.fine(["apply", "--auto-approve"])
      }
    }
    var number = 1
    var kills = 0
    while true {
      try it.choose(StoreCopyFixture.bao)
      remove(file)
      if isSecond { #expect(try run("/bin/cp", ["-a", kept.path + "/it", file]).status == 0) }
      guard try await it.isKilled(copy, at: "fdatasync", number) else { break }
      kills += 1
      try await it.fine(copy)
      try it.choose(StoreCopyFixture.second)
      try await expectWholeAndRenewed(it, at: "write \(number)")
      number += max(1, Self.step / 2)
    }
    #expect(kills > 0)
  }

  @Test func theEndOfACopyFromAServerThatIsKilledContinues() async throws {
    let server = try await BaoServer()
    defer { server.end() }
    let it = try await onServer(server.root)
    let file = it.sandbox.folder.path + "/.vaultctl/second.db"
    var number = 1
    var kills = 0
    while true {
      // A place of its own for each, as it will be removed.
      let store = "{type: openbao, prefix: flows-\(number)}"
      try it.choose(StoreCopyFixture.bao)
      remove(file)
      try await it.fine(["store", "copy", "--to", store])
      try it.choose(store)
      let copy = ["store", "copy", "--to", StoreCopyFixture.second]
      try await it.fine(copy)
      let finish = copy + ["--finish", "--auto-approve"]
      guard try await it.isKilled(finish, at: "sendto", number) else { break }
      kills += 1
      try await it.fine(finish)
      try it.choose(StoreCopyFixture.second)
      try await it.expectWhole(at: "request \(number)")
      number += Self.step
    }
    #expect(kills > 30 / Self.step, "there were that many requests")
  }

  @Test(arguments: ["fdatasync", "pwrite64"])
  func aCopyToAFileAndItsEndThatAreKilledContinue(_ call: String) async throws {
    let it = try await StoreCopyFixture(nil)
    let path = it.sandbox.folder.path + "/.vaultctl"
    let kept = try TemporaryFolder()
    let copyFolder = #"rm -rf "$2" && cp -a "$1" "$2""#
    func copyFiles(_ from: String, _ to: String) throws {
      #expect(try run("/bin/bash", ["-c", copyFolder, "bash", from, to]).status == 0)
    }
    try copyFiles(path, kept.path + "/it")
    let copy = ["store", "copy", "--to", StoreCopyFixture.second]
    let finish = copy + ["--finish", "--auto-approve"]
    for isEnd in [false, true] {
      var number = 1
      var kills = 0
      while true {
        try copyFiles(kept.path + "/it", path)
        try it.choose(StoreCopyFixture.first)
        if isEnd { try await it.fine(copy) }
        guard try await it.isKilled(isEnd ? finish : copy, at: call, number) else { break }
        kills += 1
        try await it.fine(isEnd ? finish : copy)
        try it.choose(StoreCopyFixture.second)
        try await it.expectWhole(at: "\(call) \(number)")
        number += Self.step
      }
      #expect(kills > 0, "\(call) \(isEnd)")
    }
  }
}
