import ArgumentParser
import Diagnostics
import Foundation
import Manifests
import Model
import Renewing
import Secrets
import Stores

struct ExecCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run a command with connections' credentials.",
    discussion: """
      vaultctl exec NAME [NAME…] -- COMMAND [ARGUMENT…]

      Each field of a setup is in the command's environment as NAME_FIELD, and the access token of a \
      connection that has one as NAME_ACCESS_TOKEN, in upper case with `_` for what is neither letter \
      nor digit. --prefix sets another beginning. With --files the variables hold paths instead, of \
      files that only the command can read and that are gone with it. Tokens that are due are renewed \
      first. Signals are passed on, and the command's exit code is ours.
      """)

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Hand credentials over in files instead of variables.")
  var files = false

  @Option(
    help: ArgumentHelp(
      "What variables begin with, instead of the connection's name (of one connection alone).",
      valueName: "prefix"))
  var prefix: String?

  @Argument(
    help: ArgumentHelp(
      "Connections; behind `--` the command and its arguments.", valueName: "name"))
  var words: [String]

  /// The parser drops the `--` between the two lists; how many words stand behind it, it does not say.
  private var split: (names: [String], command: [String]) {
    let given = CommandLine.arguments
    let count = given.firstIndex(of: "--").map { given.count - $0 - 1 } ?? 0
    return (words.dropLast(count), words.suffix(count))
  }

  func validate() throws {
    let (names, command) = split
    if command.isEmpty { throw ValidationError("what to run is missing: exec NAME -- COMMAND") }
    if names.isEmpty { throw ValidationError("which connection is missing: exec NAME -- COMMAND") }
    if prefix != nil, names.count != 1 {
      throw ValidationError("--prefix is for one connection alone")
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let command = split.command
    let names = try split.names.map { try ConnectionName.argument($0) }
    let session = try Session(Workspace.load(global), console: console)
    let credentials = try await Credentials(session, Set(names), console: console)
    var variables: [(name: String, value: SecretBytes)] = []
    for name in names {
      let start = prefix ?? EnvironmentName.of(name.rawValue)
      for (field, value) in try credentials.values(of: name) {
        variables.append((EnvironmentName.of("\(start)_\(field)"), value))
      }
    }
    let twice = Dictionary(grouping: variables, by: \.name).filter { $0.value.count > 1 }.keys
    if let name = twice.min() {
      throw ValidationError("two of these would be `\(name)`; run them apart, or give --prefix")
    }
    throw ExitCode(try ChildCommand(command, variables, inFiles: files).run())
  }
}

/// The names of variables.
enum EnvironmentName {
  /// Upper case, with `_` for what is neither a letter nor a digit of ASCII.
  static func of(_ text: String) -> String {
    let name = String(
      text.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    return name.first?.isNumber ?? true ? "_" + name : name
  }
}

/// What connections give to who uses them, with tokens that are good.
struct Credentials {
  private let snapshot: Snapshot
  private let secrets: [ConnectionName: [FieldName: SecretBytes]]
  private var access: [ConnectionName: SecretBytes] = [:]

  /// Renews what is due of these, and opens them.
  ///
  /// A renewal that fails is told; the token that there is goes on until it ends.
  init(_ session: Session, _ names: Set<ConnectionName>, console: Console) async throws {
    snapshot = try await session.read()
    let missing = names.filter { [snapshot] in snapshot.actual[$0] == nil }.sorted()
    if !missing.isEmpty {
      throw Failure(missing.map { Diagnostic.notStored($0, session) })
    }
    if let tokens = session.store.tokens {
      let renewals = try Renewals(session, end: nil)
      let subjects = renewals.subjects(snapshot)
      let renewed = names.filter { subjects[$0] != nil }
      if !renewed.isEmpty {
        let results = try await renewals.runDue(renewed, console: console)
        console.report(results.compactMap { $0.diagnostic(in: session.store.description) })
      }
      for name in renewed.sorted() {
        let kept = try await session.mappingStoreErrors { () async throws(StoreError) in
          try await tokens.openTokens(of: name)
        }
        guard let token = kept.access else { throw Failure(.noTokenToHandOver(name)) }
        if let end = kept.record?.tokens?.expiry.time, end <= session.clock.now() {
          throw Failure(.expiredToken(name, end))
        }
        access[name] = token
      }
    }
    let opened = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await session.store.secrets?.secrets(of: names) ?? [:]
    }
    secrets = SecretFields.byConnection(opened)
  }

  /// By field, sorted; the access token last. Who has that needs no secret of the client's.
  func values(of name: ConnectionName) throws -> [(field: String, value: SecretBytes)] {
    var values: [(field: String, value: SecretBytes)] = []
    let isToken = access[name] != nil
    for (field, value) in (snapshot.actual[name]?.fields ?? [:]).sorted(by: { $0.key < $1.key }) {
      switch value {
      case .plain(let plain): values.append((field.rawValue, SecretBytes(copying: plain.text.utf8)))
      case .secret:
        guard !isToken, let secret = secrets[name]?[field] else { continue }
        values.append((field.rawValue, secret))
      }
    }
    access[name].map { values.append(("access_token", $0)) }
    return values
  }
}

extension Diagnostic {
  fileprivate static func notStored(_ name: ConnectionName, _ session: Session) -> Diagnostic {
    Diagnostic(
      .notInStore, "the store has no connection `\(name)`",
      at: .connection(name.rawValue, store: session.store.description.description),
      help: ["see what it has: vaultctl status"])
  }

  fileprivate static func noTokenToHandOver(_ name: ConnectionName) -> Diagnostic {
    Diagnostic(
      .unauthorized, "`\(name)` has no token to hand over",
      help: ["get one: vaultctl authorize \(shellWord(name.rawValue))"])
  }

  fileprivate static func expiredToken(_ name: ConnectionName, _ end: Timestamp) -> Diagnostic {
    Diagnostic(
      .tokenExpired, "the access token of `\(name)` expired at \(end)",
      notes: ["it could not be renewed"], help: ["see why: vaultctl status"])
  }
}
