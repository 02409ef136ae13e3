import Foundation
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
