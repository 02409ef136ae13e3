import Foundation
import Synchronization
import TestSupport
import Testing

/// Known values are searched for in every byte that a run prints or leaves.
@Suite struct CanaryTests {
  private static let canaries = ["kAnArIeNvOgEl-one-4711", "kAnArIeNvOgEl-two-0815"]

  @Test func noSecretIsPrintedOrLeftInAFile() async throws {
    let sandbox = try Sandbox()
    let temporary = try TemporaryFolder()
    let watcher = CommandLineWatcher(Self.canaries)
    watcher.start()
    defer { watcher.end() }

    try sandbox.write(
      httpManifest("one", token: Self.canaries[0]), to: "connections/one.yaml")
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: two}
      spec:
        app: http
        setup: {type: basic_auth, username: somebody, password: \(Self.canaries[1])}
        scopes: [wrong scope]
      """, to: "connections/two.yaml")

    // Everything that can fail, with the value in clear in the file.
    var printed: [Finished] = []
    func vaultctl(_ arguments: [String], input: String = "") throws {
      printed.append(
        try sandbox.vaultctl(
          arguments, input: input, environment: ["TMPDIR": temporary.path]))
    }
    for arguments in [
      ["validate"], ["plan"], ["apply", "--auto-approve"], ["status"], ["encrypt"],
      ["validate", "--format", "sarif"], ["plan", "--format", "sarif"],
      ["plan", "--format", "junit"], ["plan", "--format", "code-quality"],
    ] {
      try vaultctl(arguments)
    }
    let broken = try sandbox.read("connections/two.yaml")
    try sandbox.write(broken + "\n  oops: [\(Self.canaries[1])", to: "connections/two.yaml")
    try vaultctl(["plan"])
    try sandbox.write(
      broken.replacingOccurrences(of: "wrong scope", with: "read"), to: "connections/two.yaml")

    // The whole job.
    try vaultctl(["encrypt"])
    for arguments in [
      ["validate"], ["plan"], ["plan", "--format", "json"],
      ["plan", "--format", "markdown"], ["plan", "--format", "sarif"],
      ["plan", "--out", "it.plan"], ["apply", "--auto-approve"],
      ["status"], ["status", "--format", "json"], ["show", "one"], ["rekey"],
      ["report", "--out", "page"],
    ] {
      try vaultctl(arguments)
    }
    try vaultctl(["set", "one", "token"], input: Self.canaries[1])
    try sandbox.git(["init", "--quiet"])
    try sandbox.write(".vaultctl/\n", to: ".gitignore")
    try sandbox.git(["add", "--all"])
    #expect(try sandbox.git(["commit", "--quiet", "-m", "it"]).status == 0)
    for arguments in [
      ["rename", "two", "deux"], ["diff"], ["diff", "--format", "json"], ["graph"],
      ["plan"], ["apply", "--auto-approve"],
    ] { try vaultctl(arguments) }
    try FileManager.default.removeItem(atPath: sandbox.folder.path + "/connections/two.yaml")
    for arguments in [["import", "--all"], ["plan"], ["diff"], ["plan", "--detailed-exitcode"]] {
      try vaultctl(arguments)
    }
    #expect(try #require(printed.last).status == 0)
    for finished in printed {
      for canary in Self.canaries {
        #expect(!finished.text.contains(canary))
        #expect(!finished.errorText.contains(canary))
      }
    }
    for folder in [sandbox.folder.path, sandbox.home.path, temporary.path] {
      try expectNoCanary(below: folder)
    }
    try await watcher.expectNoFinds()
    // And it is a real value all the time.
    #expect(try sandbox.vaultctl(["decrypt", "one", "token"]).text == Self.canaries[1])
  }

  private func expectNoCanary(below folder: String) throws {
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      let path = folder + "/" + name
      guard let bytes = FileManager.default.contents(atPath: path) else { continue }
      for canary in Self.canaries {
        #expect(bytes.range(of: Data(canary.utf8)) == nil, "\(name) holds a secret")
        #expect(
          bytes.range(of: Data(canary.utf8).base64EncodedData()) == nil, "\(name) holds a secret")
      }
    }
  }
}

/// Looks at the command lines of all processes until it is ended.
final class CommandLineWatcher: Sendable {
  private struct State {
    var isEnded = false
    var isOver = false
    var looks = 0
    var finds: [String] = []
  }

  private let texts: [Data]
  private let state = Mutex(State())

  init(_ texts: [String]) { self.texts = texts.map { Data($0.utf8) } }

  /// It has a thread of its own: one of the tests' may be free only when there is nothing more to see.
  func start() { Thread.detachNewThread { self.watch() } }
  func end() { state.withLock { $0.isEnded = true } }

  /// Ends it, after a look at least.
  func expectNoFinds(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    end()
    try await eventually("the last look is over") { state.withLock { $0.isOver } }
    let (looks, finds) = state.withLock { ($0.looks, $0.finds) }
    #expect(looks > 0, sourceLocation: sourceLocation)
    #expect(finds.isEmpty, "\(finds)", sourceLocation: sourceLocation)
  }

  private func watch() {
    while !state.withLock({ $0.isEnded }) {
      let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      for process in processes where process.allSatisfy(\.isNumber) {
        for file in ["cmdline", "environ"] {
          let line = FileManager.default.contents(atPath: "/proc/\(process)/\(file)") ?? Data()
          if texts.contains(where: { line.range(of: $0) != nil }) {
            state.withLock { $0.finds.append("\(process)/\(file)") }
          }
        }
      }
      state.withLock { $0.looks += 1 }
      usleep(2000)
    }
    state.withLock { $0.isOver = true }
  }
}
