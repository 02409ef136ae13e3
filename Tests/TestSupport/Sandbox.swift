package import Foundation
package import Processes
package import Testing

/// A project of a test's own with a keyring of its own, and the program to run on them.
///
/// Each run of vaultctl that is waited for is recorded; `expectTranscript` compares what they printed.
package final class Sandbox: Sendable {
  package let folder: TemporaryFolder
  package let home: GPGHome
  /// The fingerprint of the project's one recipient, whose secret key is in the keyring.
  package let key: String
  package let transcript = Transcript()
  private let program: String
  /// `nil`: the project file is trusted only where the test says so.
  private let trust: SandboxTrust?

  package struct Missing: Error { package let what: String }

  /// - Parameter isTrusted: whatever the project file says is trusted.
  package init(isTrusted: Bool = true) throws {
    trust = isTrusted ? SandboxTrust() : nil
    folder = try TemporaryFolder()
    (home, key) = try GPGHome.withAnn()
    program = try Self.builtProgram()
    try writeProject()
  }

  /// The program under test: the one that `VAULTCTL` names, else the one that was built beside the
  /// tests.
  package static func builtProgram() throws -> String {
    if let named = ProcessInfo.processInfo.environment["VAULTCTL"] { return named }
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let program = URL(fileURLWithPath: tests).deletingLastPathComponent().path + "/vaultctl"
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw Missing(what: program)
    }
    return program
  }

  /// A project file whose one rule names these keys, or the sandbox' own.
  package func writeProject(keys: [String]? = nil, extra: String = "") throws {
    let list = (keys ?? [key]).joined(separator: ", ")
    try folder.write(
      """
      apiVersion: vaultctl/v1
      kind: Project
      name: sandbox
      id: sandbox0sandbox0sand
      recipients:
        - keys: [\(list)]
      \(extra)
      """, to: "vaultctl.yaml")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/connections", withIntermediateDirectories: true)
  }

  /// Puts project file and manifests into a folder below.
  package func moveProject(to name: String) throws {
    let manager = FileManager.default
    let target = folder.path + "/" + name
    try manager.createDirectory(atPath: target, withIntermediateDirectories: true)
    for part in ["vaultctl.yaml", "connections"] {
      try manager.moveItem(atPath: folder.path + "/" + part, toPath: target + "/" + part)
    }
  }

  package func write(_ text: String, to name: String) throws { try folder.write(text, to: name) }
  package func read(_ name: String) throws -> String { try folder.read(name) }

  /// Runs vaultctl in the project.
  ///
  /// - Parameters:
  ///   - home: another keyring.
  ///   - isRecorded: it is a part of the transcript.
  ///   - obeysModes: what a mode forbids is forbidden to root too.
  package func vaultctl(
    _ arguments: [String], input: String = "", home: String? = nil,
    environment: [String: String] = [:], isRecorded: Bool = true, obeysModes: Bool = false
  ) throws -> Finished {
    let command = (obeysModes ? Self.withoutOverride : []) + [program] + arguments
    let finished = try run(
      command[0], Array(command.dropFirst()), in: folder.path,
      environment: variables(arguments, home: home, environment), input: Data(input.utf8))
    if isRecorded { transcript.record(["vaultctl"] + arguments, input: input, finished) }
    return finished
  }

  /// Runs a program without root's privilege to read what a mode forbids (capabilities(7)).
  private static let withoutOverride =
    geteuid() == 0
    ? ["/usr/bin/setpriv", "--bounding-set", "-dac_override,-dac_read_search"] : []

  /// Sets the mode of a file or folder while a test works with it.
  package static func withMode<R>(
    _ mode: Int, of path: String, _ work: () throws -> R
  ) throws -> R {
    let manager = FileManager.default
    let before = try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    try manager.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    defer { try? manager.setAttributes([.posixPermissions: before ?? 0o700], ofItemAtPath: path) }
    return try work()
  }

  /// Puts a file, as it is now, into the transcript.
  package func recordFile(_ name: String) throws {
    transcript.record(file: name, try read(name))
  }

  /// Compares the transcript with the golden file of the test that calls, `Golden/SUITE/TEST.txt`.
  ///
  /// - Parameters:
  ///   - case: one of a table's cases, which has a file of its own.
  ///   - known: more texts that differ from run to run, and their placeholders.
  package func expectTranscript(
    case: String? = nil, known: [(text: String, placeholder: String)] = [],
    test: String = #filePath, function: String = #function,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let suite = URL(fileURLWithPath: test).deletingPathExtension().lastPathComponent
    let name = String(function.prefix { $0 != "(" }) + (`case`.map { ".\($0)" } ?? "")
    let normalizer = TranscriptNormalizer(
      known: known + [
        (folder.path, "<project>"), (home.path, "<keyring>"), (programFolder, "<build>"),
        (ProcessInfo.processInfo.hostName, "<host>"),
      ])
    try expectGolden(
      normalizer.normalized(transcript.text), "\(suite)/\(name).txt", test: test,
      sourceLocation: sourceLocation)
  }

  /// Where the program lies, for a PATH.
  package var programFolder: String {
    URL(fileURLWithPath: program).deletingLastPathComponent().path
  }

  /// Runs git in the project, with vaultctl in its PATH for hooks.
  ///
  /// - Parameter isRecorded: it is a part of the transcript, for what vaultctl prints in it.
  @discardableResult
  package func git(_ arguments: [String], isRecorded: Bool = false) throws -> Finished {
    let names = ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map { ($0, "Ann") }
    let addresses = ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map { ($0, "ann@example.com") }
    let path = [("PATH", "\(programFolder):/usr/bin:/bin")]
    let finished = try run(
      "/usr/bin/git", ["-C", folder.path] + arguments,
      environment: variables([], Dictionary(names + addresses + path) { $1 }))
    if isRecorded { transcript.record(["git"] + arguments, finished) }
    return finished
  }

  /// Runs SQL on the project's store, as who holds its key could: what is in it counts as written.
  package func changeStore(_ sql: String) throws -> String {
    let path = folder.path + "/.vaultctl/vault.db"
    let changed = try run("/usr/bin/sqlite3", ["-cmd", ".timeout 30000", path, sql])
    let accepted = try vaultctl(["store", "accept", "--auto-approve"], isRecorded: false)
    guard changed.status == 0, accepted.status == 0 else {
      throw Missing(what: changed.errorText + accepted.errorText)
    }
    return changed.text
  }

  /// Starts vaultctl in the project and lets it run.
  ///
  /// - Parameters:
  ///   - wrapper: a program, with its arguments, that starts it.
  ///   - asOneWord: the wrapper takes the command as one argument, for a shell.
  ///   - shell: a command of that shell which runs the program; `exec` by default.
  ///   - input: what it reads; `nil` is nothing.
  ///   - output: where it goes; `nil` throws it away.
  package func start(
    _ arguments: [String], environment: [String: String] = [:], under wrapper: [String] = [],
    asOneWord: Bool = false, inShell shell: String? = nil, input: FileHandle? = nil,
    output: FileHandle? = nil, errors: FileHandle? = nil
  ) throws -> ChildProcess {
    let own = [program] + arguments
    let isOneWord = asOneWord || shell != nil
    let command =
      wrapper + (isOneWord ? [([shell ?? "exec"] + own).joined(separator: " ")] : own)
    func stream(_ file: FileHandle?) -> ChildProcess.Stream {
      file.map { .descriptor($0.fileDescriptor) } ?? .null
    }
    return try ChildProcess(
      command, environment: variables(arguments, environment), folder: folder.path,
      input: stream(input), output: stream(output), errors: stream(errors))
  }

  /// - Parameter arguments: of the program, which may name another project.
  private func variables(
    _ arguments: [String], home: String? = nil, _ environment: [String: String] = [:]
  ) throws -> [String: String] {
    var variables = [
      "GNUPGHOME": home ?? self.home.path, "PATH": "/usr/bin:/bin", "HOME": folder.path,
      "USER": "tester", "COLUMNS": "80",
      "XDG_STATE_HOME": home ?? self.home.path,
    ]
    let named = arguments.firstIndex(of: "-C").map { arguments[$0 + 1] }
    let project = URL(
      fileURLWithPath: named ?? ".", relativeTo: URL(fileURLWithPath: folder.path + "/"))
    variables["VAULTCTL_TRUST_DIGEST"] = try trust?.digest(of: project.path, program: program)
    return variables.merging(environment) { _, new in new }
  }

  /// A wrapper that kills a program at the nth call of a kind (strace(1), `-e inject`), which is not made
  /// then.
  package static func killing(at call: String, _ number: Int) -> [String] {
    [
      "/usr/bin/strace", "-qq", "-f", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
      "inject=\(call):signal=KILL:when=\(number)",
    ]
  }

  /// Forgets what was seen of ledgers, as on another machine.
  package func forgetLedgers() throws {
    let folder = home.path + "/vaultctl/ledgers"
    if FileManager.default.fileExists(atPath: folder) {
      try FileManager.default.removeItem(atPath: folder)
    }
  }

  /// Every file below a folder with its bytes and its time of change.
  package static func contents(of folder: String) throws -> [String: String] {
    var found: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      let path = folder + "/" + name
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        found[name] = "no file"
        continue
      }
      let date = attributes[.modificationDate] as? Date
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      found[name] = "\(bytes.base64EncodedString()) \(date?.timeIntervalSince1970 ?? 0)"
    }
    return found
  }
}

/// A manifest of an HTTP connection with a bearer token.
package func httpManifest(_ name: String, token: String, scopes: String? = nil) -> String {
  """
  apiVersion: vaultctl/v1
  kind: Connection
  metadata:
    name: \(name)
  spec:
    app: http
    setup:
      type: bearer
      token: \(token)
  \(scopes.map { "  scopes: \($0)\n" } ?? "")
  """
}
