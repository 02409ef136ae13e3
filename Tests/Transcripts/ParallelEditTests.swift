import Foundation
import TestSupport
import Testing

/// Several programs write the same manifests: nothing that any of them wrote is lost.
@Suite struct ParallelEditTests {
  private static let file = "connections/all.yaml"

  /// Three connections with two secret fields each, in one file.
  private static func project() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.home.launchAgent()
    try sandbox.writeProject(
      extra:
        "apps: {own: {setups: [{type: key, fields: [{name: one}, {name: two}]}]}}")
    try sandbox.write(
      ["a", "b", "c"].map { name in
        """
        apiVersion: vaultctl/v1
        kind: Connection
        metadata: {name: \(name)}
        spec:
          app: own
          setup:
            type: key
            one: clear-\(name)-one # kept
            two: clear-\(name)-two

        """
      }.joined(separator: "---\n"), to: file)
    return sandbox
  }

  private func value(_ name: String, _ field: String, _ sandbox: Sandbox) throws -> String {
    try sandbox.vaultctl(["decrypt", name, field], isRecorded: false).text
  }

  private func expectNoLitter(_ sandbox: Sandbox) throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: sandbox.folder.path)
    #expect(names.filter { $0.contains(".vaultctl-") || $0.hasSuffix("/changes") } == [])
  }

  /// A program that pauses each exchange of files, so that another can save in between.
  private static let pausing = [
    "/usr/bin/strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=renameat2", "-e",
    "inject=renameat2:delay_enter=1500000",
  ]

  /// Blocks until a command has written its new files, and has not exchanged them yet: a test that
  /// suspends may resume only after others have finished.
  private static func waitForExchange(_ sandbox: Sandbox, _ command: RunningProgram) {
    while command.isRunning {
      if (try? sandbox.read(".vaultctl/changes"))?.hasSuffix("\ncommit\n") ?? false { return }
      Thread.sleep(forTimeInterval: 0.005)
    }
  }

  @Test func valuesOfAllFieldsAndConnectionsAreKept() async throws {
    let sandbox = try Self.project()
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    let fields = ["a", "b", "c"].flatMap { name in ["one", "two"].map { (name, $0) } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (name, field) in fields {
        group.addTask {
          let set = try await apart {
            try sandbox.vaultctl(
              ["set", name, field], input: "new-\(name)-\(field)", isRecorded: false)
          }
          #expect(set.status == 0, "\(set.errorText)")
        }
      }
      try await group.waitForAll()
    }
    for (name, field) in fields {
      #expect(try value(name, field, sandbox) == "new-\(name)-\(field)")
    }
    #expect(try sandbox.read(Self.file).contains("# kept"))
    try expectNoLitter(sandbox)
  }

  /// Edits a field of `a` with an editor that runs while another command sets one.
  private func edited(
    _ field: String, to new: String, whileSetting other: String, to value: String,
    _ sandbox: Sandbox
  ) throws -> Finished {
    try sandbox.write(
      "printf \(value) | vaultctl set a \(other) && printf \(new) > \"$1\"", to: "editor")
    return try sandbox.vaultctl(
      ["edit", "a", field],
      environment: [
        "EDITOR": "sh \(sandbox.folder.path)/editor",
        "PATH": "\(sandbox.programFolder):/usr/bin:/bin",
      ], isRecorded: false)
  }

  /// The editor runs while another command writes.
  @Test func anEditKeepsWhatWasSetMeanwhile() throws {
    let sandbox = try Self.project()
    let edit = try edited("one", to: "mine", whileSetting: "two", to: "other", sandbox)
    #expect(edit.status == 0, "\(edit.errorText)")
    #expect(try value("a", "one", sandbox) == "mine")
    #expect(try value("a", "two", sandbox) == "other")
  }

  /// Neither value is lost: one is in the manifest, the other in a file of its own, sealed.
  @Test func anEditOfAValueThatWasSetMeanwhileIsRefusedAndKept() throws {
    let sandbox = try Self.project()
    let edit = try edited("one", to: "mine", whileSetting: "one", to: "other", sandbox)
    #expect(edit.status == 1)
    #expect(edit.errorText.contains("VC1243") && edit.errorText.contains("VC1246"))
    #expect(try value("a", "one", sandbox) == "other")
    let folder = sandbox.folder.path + "/.vaultctl"
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder)
    let sealed = try sandbox.read(".vaultctl/" + (kept.first ?? ""))
    #expect(try sandbox.home.gpg(["--decrypt"], input: Data(sealed.utf8)).text == "mine")
    try expectNoLitter(sandbox)
  }

  /// A value that is not secret is kept as well, as it is.
  @Test func anEditOfAPublicValueIsKeptToo() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: a}
      spec:
        app: http
        setup:
          type: basic_auth
          username: before
          password: s3cret

      """, to: Self.file)
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let edit = try edited("username", to: "mine", whileSetting: "username", to: "other", sandbox)
    #expect(edit.status == 1 && edit.errorText.contains("VC1246"), "\(edit.errorText)")
    #expect(try sandbox.read(Self.file).contains("username: other"))
    let folder = sandbox.folder.path + "/.vaultctl"
    let kept = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
    #expect(try sandbox.read(".vaultctl/" + kept) == "mine")
  }

  /// How an editor saves a file.
  enum Save: String, CaseIterable, Sendable {
    case byRename, inPlace

    func write(_ text: String, to path: String) throws {
      switch self {
      case .byRename:
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      case .inPlace:
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: 0)
        // It writes the file in two parts, and takes its time.
        try handle.write(contentsOf: Data(text.utf8.prefix(10)))
        Thread.sleep(forTimeInterval: 1.8)
        try handle.write(contentsOf: Data(text.utf8.dropFirst(10)))
        try handle.close()
      }
    }
  }

  @Test(arguments: Save.allCases, ["# kept", "clear-b-two"])
  func aSaveDuringEncryptIsKept(save: Save, replaced: String) async throws {
    let sandbox = try Self.project()
    let edited = try sandbox.read(Self.file).replacing(replaced, with: "# edited")
    let encrypt = try RunningProgram(sandbox, ["encrypt"], under: Self.pausing)
    try await apart {
      Self.waitForExchange(sandbox, encrypt)
      try save.write(edited, to: sandbox.folder.path + "/" + Self.file)
    }
    let ended = try await encrypt.finished()
    let after = try sandbox.read(Self.file)
    #expect(after.contains("# edited"))
    // Where it was a value, what was sealed first is not the value any more, and encrypt begins again.
    #expect(ended.status == 0, "\(ended.errorText)")
    #expect(!after.contains("clear-"))
    #expect(try value("c", "two", sandbox) == "clear-c-two")
    if replaced == "# kept" { #expect(try value("b", "two", sandbox) == "clear-b-two") }
    try expectNoLitter(sandbox)
  }

  /// A value that is set while `rekey` seals everything again is neither lost nor sealed for others.
  @Test func aValueThatIsSetDuringRekeyIsKept() async throws {
    let sandbox = try Self.project()
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    let rekey = try RunningProgram(
      sandbox, ["rekey", "--all"],
      under: Self.pausing.dropLast() + ["inject=openat:delay_exit=3000"])
    for number in 0..<4 {
      let set = try await apart {
        try sandbox.vaultctl(["set", "c", "two"], input: "new-\(number)", isRecorded: false)
      }
      if set.status == 0 {
        #expect(try value("c", "two", sandbox) == "new-\(number)")
      } else {
        #expect(set.errorText.contains("VC1243"), "\(set.errorText)")
      }
    }
    let ended = try await rekey.finished()
    #expect(ended.status == 0 || ended.errorText.contains("VC1243"), "\(ended.errorText)")
    for (name, field) in [("a", "one"), ("b", "two")] {
      #expect(try value(name, field, sandbox) == "clear-\(name)-\(field)")
    }
    try expectNoLitter(sandbox)
  }

  /// Another command with the lock is waited for.
  @Test func aCommandWaitsForAnotherOne() async throws {
    let sandbox = try Self.project()
    let encrypt = try RunningProgram(sandbox, ["encrypt"], under: Self.pausing)
    let set = try await apart {
      Self.waitForExchange(sandbox, encrypt)
      return try sandbox.vaultctl(["validate"], isRecorded: false)
    }
    #expect(set.status == 0, "\(set.errorText)")
    #expect(try await encrypt.finished().status == 0)
  }
}
