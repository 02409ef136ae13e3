import Foundation
import TestSupport
import Testing

/// `edit`, ended in many ways: no byte of the value is left in any file.
@Suite struct EditTests {
  private static let canary = "kAnArIe-edited-4711"

  /// How an edit may end. The editor has written a backup, a swap file and a folder beside the value.
  enum Ending: String, CaseIterable, Sendable {
    case saved, editorFailed, editorKilled, interrupted, interruptedByKey, terminated, hungUp, quit,
      terminalClosed, killed, crashed, refusedAndDiscarded, refusedAndInterrupted
  }

  /// A project with one sealed value, and the folders in which plain text could be left.
  private final class Desk: Sendable {
    let sandbox: Sandbox
    let runtime: TemporaryFolder
    let temporary: TemporaryFolder

    init() throws {
      sandbox = try Sandbox()
      runtime = try TemporaryFolder()
      temporary = try TemporaryFolder()
      try sandbox.writeProject(
        extra:
          "apps: {own: {setups: [{type: key, fields: [{name: secret, maxLength: 40}]}]}}")
      try sandbox.write(
        """
        apiVersion: vaultctl/v1
        kind: Connection
        metadata: {name: a}
        spec: {app: own, setup: {type: key, secret: }}

        """, to: "connections/a.yaml")
      let set = try sandbox.vaultctl(["set", "a", "secret"], input: EditTests.canary)
      #expect(set.status == 0, "\(set.errorText)")
    }

    /// - Parameter last: what the editor does after it has left its files.
    func environment(_ last: String) throws -> [String: String] {
      let editor = """
        #!/bin/sh
        cp "$1" "$1~"
        cp "$1" "$(dirname "$1")/.value.swp"
        mkdir "$(dirname "$1")/undo" && cp "$1" "$(dirname "$1")/undo/%value"
        ln "$1" "$(dirname "$1")/linked"
        echo "$$ $1" > "\(temporary.path)/ready.part" && mv "\(temporary.path)/ready.part" "\(temporary.path)/ready"
        \(last)
        """
      try temporary.write(editor, to: "editor")
      return [
        "EDITOR": "sh \(temporary.path)/editor", "XDG_RUNTIME_DIR": runtime.path,
        "TMPDIR": temporary.path,
      ]
    }

    /// The editor, unless it has ended, and the file that it edits.
    func edited() async throws -> (editor: ObservedProcess?, file: String) {
      try await eventually("the editor") { (try? temporary.read("ready")) != nil }
      let words = try temporary.read("ready").split(whereSeparator: \.isWhitespace).map(String.init)
      return (ObservedProcess(try #require(Int32(words[0]))), words[1])
    }

    /// Files that hold the value, or a part of it.
    func leftovers() -> [String] {
      [sandbox.folder.path, sandbox.home.path, runtime.path, temporary.path, "/dev/shm"].flatMap {
        folder in
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return names.map { folder + "/" + $0 }.filter { path in
          let bytes = FileManager.default.contents(atPath: path) ?? Data()
          return ["kAnArIe-edited", "edited-4711"].contains {
            bytes.range(of: Data($0.utf8)) != nil
          }
        }
      }
    }

    func folders() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: runtime.path)
    }
  }

  private static let waits = "exec sleep 3600"
  /// Not in one piece, so that the search for it does not find the editor itself.
  private static let tooLong = """
    V=kAnArIe"-"edited"-"4711; echo "$V-too-long-$V" > "$1"
    """

  /// What another edit has in use is not wiped.
  @Test func anEditInUseIsLeftAlone() async throws {
    let desk = try Desk()
    let session = try TerminalSession(
      desk.sandbox, ["edit", "a", "secret"], environment: try desk.environment(Self.waits))
    let (_, file) = try await desk.edited()
    let environment = ["EDITOR": "true", "XDG_RUNTIME_DIR": desk.runtime.path]
    #expect(
      try desk.sandbox.vaultctl(["edit", "a", "secret"], environment: environment).status == 0)
    #expect(FileManager.default.contents(atPath: file) == Data(Self.canary.utf8))
    session.signal(SIGTERM)
    try await session.waitForEnd()
    #expect(try desk.folders() == [])
  }

  @Test func aRefusedValueCanBeEditedAgain() async throws {
    let desk = try Desk()
    let session = try TerminalSession(
      desk.sandbox, ["edit", "a", "secret"],
      environment: try desk.environment(
        """
        if grep -q long "$1"; then sed -i s/-too-long-.*// "$1"; else \(Self.tooLong); fi
        """))
    try await session.waitForScreen("Edit the value again?")
    #expect(!session.screen.contains("kAnArIe"), "\(session.screen)")
    // The editor's own files are there already.
    try FileManager.default.contentsOfDirectory(atPath: desk.runtime.path).forEach {
      try FileManager.default.removeItem(atPath: "\(desk.runtime.path)/\($0)/undo")
    }
    try session.type("yes\n")
    try await session.waitForEnd()
    #expect(session.status == 0, "\(session.screen)")
    #expect(desk.leftovers() == [])
    let same = try desk.sandbox.vaultctl(["decrypt", "a", "secret"])
    #expect(same.text == Self.canary)
  }

  @Test func withoutATerminalARefusedValueIsNamed() throws {
    let desk = try Desk()
    let refused = try desk.sandbox.vaultctl(
      ["edit", "a", "secret"],
      environment: try desk.environment(Self.tooLong))
    #expect(refused.status == 1)
    #expect(refused.errorText.contains("VC2022") && refused.errorText.contains("VC2045"))
    #expect(!refused.errorText.contains("kAnArIe"))
    #expect(desk.leftovers() == [])
  }

  @Test(arguments: Ending.allCases)
  func nothingIsLeft(_ ending: Ending) async throws {
    let desk = try Desk()
    let refuses = [.refusedAndDiscarded, .refusedAndInterrupted].contains(ending)
    let last =
      switch ending {
      case .saved: "echo changed > \"$1\""
      case .editorFailed: "exit 1"
      case .refusedAndDiscarded, .refusedAndInterrupted: Self.tooLong
      default: Self.waits
      }
    let before = try desk.sandbox.read("connections/a.yaml")
    let session = try TerminalSession(
      desk.sandbox, ["edit", "a", "secret"], environment: try desk.environment(last))
    let (editor, file) = try await desk.edited()
    let program = session.id.flatMap { ObservedProcess($0) }
    #expect(file.hasPrefix(desk.runtime.path + "/vaultctl-edit-"))
    if last == Self.waits {
      #expect(desk.leftovers().count >= 4, "the search finds what is there")
      let mode = try FileManager.default.attributesOfItem(
        atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path)[.posixPermissions]
      #expect(mode as? Int == 0o700)
    }
    if refuses { try await session.waitForScreen("Edit the value again?") }
    try await end(session, ending, editor: editor, program: program)
    if [.killed, .crashed].contains(ending) {
      #expect(desk.leftovers().count >= 4, "nobody could wipe it")
      // The next start does.
      let next = ending == .killed ? ["edit", "a", "secret"] : ["decrypt", "a", "secret"]
      let environment = ["EDITOR": "true", "XDG_RUNTIME_DIR": desk.runtime.path]
      #expect(try desk.sandbox.vaultctl(next, environment: environment).status == 0)
    }

    #expect(desk.leftovers() == [])
    #expect(try desk.folders() == [])
    let isChanged = try desk.sandbox.read("connections/a.yaml") != before
    #expect(isChanged == (ending == .saved))
    editor?.signal(SIGKILL)
  }

  /// Ends it, and checks how it ended.
  private func end(
    _ session: TerminalSession, _ ending: Ending, editor: ObservedProcess?,
    program: ObservedProcess?
  ) async throws {
    func ended(_ status: Int32) async throws {
      try await session.waitForEnd()
      #expect(session.status == status, "\(session.screen)")
    }
    switch ending {
    case .saved: try await ended(0)
    case .editorFailed: try await ended(1)
    case .editorKilled:
      editor?.signal(SIGKILL)
      try await ended(1)
    case .interrupted:
      session.signal(SIGINT)
      try await ended(128 + SIGINT)
    case .interruptedByKey:
      try session.type("\u{3}")
      try await ended(128 + SIGINT)
    case .terminated:
      session.signal(SIGTERM)
      try await ended(128 + SIGTERM)
    case .hungUp:
      session.signal(SIGHUP)
      try await ended(128 + SIGHUP)
    case .quit:
      session.signal(SIGQUIT)
      try await ended(128 + SIGQUIT)
    case .terminalClosed:
      session.close()
      let program = try #require(program)
      try await eventually("the end") { !program.isRunning }
    case .killed, .crashed:
      session.signal(ending == .killed ? SIGKILL : SIGSEGV)
      try await session.waitForEnd()
      editor?.signal(SIGKILL)
    case .refusedAndDiscarded:
      try session.type("no\n")
      try await ended(1)
      #expect(session.screen.contains("VC2022") && session.screen.contains("VC2045"))
    case .refusedAndInterrupted:
      try session.type("\u{3}")
      try await ended(128 + SIGINT)
    }
  }
}
