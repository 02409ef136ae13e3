import Diagnostics
import Foundation
import Manifests
import Model
import OpenPGP
import Processes
import Secrets

/// Opens files that SOPS encrypted: with gpg if an OpenPGP key opens their data key, else with SOPS itself,
/// if it is installed.
struct SOPSOpener {
  let keyring: Keyring
  let ignoresMAC: Bool

  /// The documents, a list if there are several, and what a person should look at.
  ///
  /// - Throws: what is wrong with the file, or that its key is not here.
  func opened(_ bytes: [UInt8], _ path: String) async throws -> (ImportedData, [Diagnostic]) {
    // What is neither JSON nor YAML, SOPS knows by its name.
    if let form = [Form.dotenv, .ini].first(where: { path.hasSuffix(".\($0.suffix)") }) {
      if Self.namesServer(bytes) { throw Failure(.namesServer(path, form)) }
      let data = try openedBySOPS(bytes, path, form, because: .otherForm)
      let lines = SOPSLines(String(decoding: bytes, as: UTF8.self), isINI: form == .ini)
      return (data, diagnostics(SOPSGaps(lines, opened: data), path))
    }
    let documents = try ImportedData.documents(file: path, bytes)
    var gaps = SOPSGaps(documents)
    do {
      let file = try SOPSFile(documents)
      let key: SecretBytes
      do {
        key = try await dataKey(try file.dataKeyMessages(), path)
      } catch let failure as Failure where file.hasOtherKeys && !failure.isCancelled {
        return (
          try openedByOtherKey(bytes, documents, path, after: failure), diagnostics(gaps, path)
        )
      }
      let (data, plainCount) = try file.opened(with: key, ignoringMAC: ignoresMAC)
      gaps.plain = plainCount
      gaps.isPlainAuthenticated = !file.macsOnlyEncrypted
      return (data, diagnostics(gaps, path))
    } catch let fault as SOPSFile.Fault {
      let reason: NeedForSOPS
      switch fault {
      case .noPGP: reason = .otherKeys
      case .keyGroups: reason = .keyGroups
      case .unsupportedRule(let pattern): reason = .rule(pattern)
      case .noMetadata, .invalidKey, .undecryptable, .wrongType, .notText, .notEncrypted, .noMAC,
        .wrongMAC, .pathTooLong:
        throw Failure(.refused(fault, path))
      }
      return (try openedBySOPS(bytes, documents, path, because: reason), diagnostics(gaps, path))
    }
  }

  /// With a key that is no OpenPGP key.
  ///
  /// - Parameter failure: why no OpenPGP key opened it, which is reported, too, if no other does.
  private func openedByOtherKey(
    _ bytes: [UInt8], _ documents: [ImportedData], _ path: String, after failure: Failure
  ) throws -> ImportedData {
    do {
      return try openedBySOPS(bytes, documents, path, because: .noOwnKey)
    } catch let other as Failure {
      throw Failure(failure.diagnostics + other.diagnostics)
    }
  }

  private func diagnostics(_ gaps: SOPSGaps, _ path: String) -> [Diagnostic] {
    var gaps = gaps
    if ignoresMAC { gaps.isPlainAuthenticated = false }
    return gaps.diagnostics(path)
  }

  /// The form of a file, as SOPS names it.
  enum Form: String {
    case yaml, json, dotenv, ini

    /// Of a file's name.
    var suffix: String { self == .dotenv ? "env" : rawValue }

    /// In which it is printed, opened.
    var output: Form { self == .yaml ? .yaml : .json }
  }

  /// Why a file is left to SOPS itself.
  enum NeedForSOPS: Hashable {
    case otherKeys
    case noOwnKey
    case keyGroups
    case rule(String)
    case otherForm
  }

  /// One key operation, unless a message names one of our keys, which does not open it.
  private func dataKey(_ messages: [String], _ path: String) async throws -> SecretBytes {
    let own = try await keyring.openingKeys()
    var last: OpenError?
    for armored in messages {
      guard let message = try? SealedMessage(armored: armored), own.mayOpen(message) else {
        continue
      }
      do throws(GPGUnavailable) {
        switch try await keyring.openPGP.openUnbound(armored) {
        case .success(let key): return key
        case .failure(let fault): last = fault
        }
      } catch {
        throw Failure(Diagnostic(error))
      }
    }
    guard let last else { throw Failure(.noKeyOfSOPS(path)) }
    let keys = await keyring.openPGP.keys(namedBy: [last])
    throw Failure(Diagnostic(last, named: "the data key of `\(path)`", among: keys))
  }

  /// The kinds of keys for which SOPS asks no server that the file names: lists of mappings.
  private static let harmlessKeys: Set = ["kms", "gcp_kms", "age", "pgp", "key_groups"]
  /// The metadata beside keys.
  private static let harmlessMetadata: Set = [
    "shamir_threshold", "lastmodified", "mac", "version", "mac_only_encrypted", "encrypted_suffix",
    "unencrypted_suffix", "encrypted_regex", "unencrypted_regex", "encrypted_comment_regex",
    "unencrypted_comment_regex",
  ]

  /// Whether a document may name a server that SOPS would send the user's login to. SOPS reads names in
  /// any case, and merges mappings, so what is not known counts.
  private static func namesServer(_ document: ImportedData) -> Bool {
    let isDecoy = document.members.contains { member in
      // A letter that is folded to one of ASCII counts too, as in Go's `encoding/json`.
      member.key == "<<"
        || (member.key != "sops" && member.key.uppercased().lowercased() == "sops")
    }
    let metadata = document["sops"]
    let groups = [metadata].compactMap(\.self) + (metadata?["key_groups"]?.items ?? [])
    return isDecoy
      || groups.contains { group in
        group.members.contains { member in
          if harmlessKeys.contains(member.key) { return !member.value.isListOfMappings }
          return !harmlessMetadata.contains(member.key) && !member.value.isEmptyOfKeys
        }
      }
  }

  /// The same for a file of another form, in which each name of metadata is one word, such as
  /// `sops_key_groups__list_0__map_age__list_0__map_enc`.
  private static func namesServer(_ bytes: [UInt8]) -> Bool {
    bytes.split { !$0.isOfWord }.contains { word in
      let parts = String(decoding: word, as: UTF8.self).split(separator: "__")
      guard let first = parts.first,
        parts.dropFirst().contains(where: { $0.hasPrefix("list_") || $0.hasPrefix("map_") })
      else { return false }
      let kind = first.hasPrefix("sops_") ? first.dropFirst("sops_".count) : first
      guard kind == "key_groups" else { return !harmlessKeys.contains(String(kind)) }
      guard parts.count > 2, parts[2].hasPrefix("map_") else { return true }
      return !harmlessKeys.contains(String(parts[2].dropFirst("map_".count)))
    }
  }

  /// JSON or YAML, as it was read here.
  private func openedBySOPS(
    _ bytes: [UInt8], _ documents: [ImportedData], _ path: String, because reason: NeedForSOPS
  ) throws -> ImportedData {
    let form = (try? ImportedData(json: bytes)) == nil ? Form.yaml : .json
    if documents.contains(where: Self.namesServer) { throw Failure(.namesServer(path, form)) }
    return try openedBySOPS(bytes, path, form, because: reason)
  }

  /// SOPS is given a copy of the bytes that were checked: the file may have changed since. Where gpg was asked for
  /// the key already, SOPS does not ask it again.
  private func openedBySOPS(
    _ bytes: [UInt8], _ path: String, _ form: Form, because reason: NeedForSOPS
  ) throws -> ImportedData {
    let folder = try PrivateFolder(for: .sops)
    defer { folder.remove() }
    let copy = try folder.write(
      SecretBytes(copying: bytes), to: "file.\(form.suffix)", mode: 0o600)
    let options = ["--input-type", form.rawValue, "--output-type", form.output.rawValue]
    let finished: ChildProcess.Finished
    do throws(ChildProcess.NotStarted) {
      finished = try ChildProcess.run(
        ["sops", "--decrypt"] + (ignoresMAC ? ["--ignore-mac"] : []) + options + [copy],
        environment: reason == .noOwnKey
          ? ProcessInfo.processInfo.environment.merging(["SOPS_GPG_EXEC": "/bin/false"]) { $1 }
          : nil,
        input: [])
    } catch {
      throw Failure(.needsSOPS(path, reason))
    }
    guard finished.status == 0 else {
      let words = String(decoding: finished.errors, as: UTF8.self).split(separator: "\n")
      throw Failure(.refusedBySOPS(path, reason, words.suffix(4).map(String.init)))
    }
    let documents = try ImportedData.documents(file: path, finished.output)
    guard let first = documents.first else {
      throw Failure(.refusedBySOPS(path, reason, ["no output"]))
    }
    return documents.count == 1 ? first : .list(documents)
  }
}

extension SOPSOpener.NeedForSOPS {
  /// In a sentence: `path` needs `sops`, because …
  fileprivate var cause: String {
    switch self {
    case .otherKeys: "its data key is not sealed for an OpenPGP key"
    case .noOwnKey: "no OpenPGP key here opens its data key, which is sealed for other keys, too"
    case .keyGroups: "its data key is shared between several groups of keys"
    case .rule(let pattern): "vaultctl cannot apply its rule: \(pattern)"
    case .otherForm: "it is a dotenv or INI file"
    }
  }
}

extension ImportedData {
  /// `null`, or a list without items.
  fileprivate var isEmptyOfKeys: Bool {
    switch self {
    case .null: true
    case .list(let items): items.isEmpty
    case .mapping, .text, .entry, .literal: false
    }
  }

  /// Or `null`.
  fileprivate var isListOfMappings: Bool {
    switch self {
    case .null: true
    case .list(let items):
      items.allSatisfy { item in if case .mapping = item { true } else { false } }
    case .mapping, .text, .entry, .literal: false
    }
  }
}

extension UInt8 {
  /// A letter, also one that is not of ASCII, a digit or `_`.
  fileprivate var isOfWord: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}

extension Diagnostic {
  fileprivate static func noKeyOfSOPS(_ path: String) -> Diagnostic {
    Diagnostic(
      .noSecretKey, "none of the keys of `\(path)` is in your keyring", at: .file(path),
      help: ["list your keys: gpg --list-secret-keys"])
  }

  fileprivate static func needsSOPS(
    _ path: String, _ reason: SOPSOpener.NeedForSOPS
  ) -> Diagnostic {
    Diagnostic(
      .notImported, "`\(path)` can only be opened by `sops`, which is not installed",
      at: .file(path), notes: [reason.cause], help: ["install sops, then import again"])
  }

  /// - Parameter words: of SOPS.
  fileprivate static func refusedBySOPS(
    _ path: String, _ reason: SOPSOpener.NeedForSOPS, _ words: [String]
  ) -> Diagnostic {
    Diagnostic(
      .notImported, "`sops` could not open `\(path)`", at: .file(path),
      notes: ["vaultctl leaves the file to it: \(reason.cause)", "sops says:"] + words)
  }

  fileprivate static func namesServer(_ path: String, _ form: SOPSOpener.Form) -> Diagnostic {
    let file = shellWord(path.hasPrefix("-") ? "./\(path)" : path)
    return Diagnostic(
      .notImported, "the data key of `\(path)` may be at a server that the file names",
      at: .file(path),
      notes: ["SOPS would send your login there, so vaultctl does not run it"],
      help: [
        "if you trust the file, with the same --map: sops --decrypt --output-type \(form.output.rawValue) \(file) | vaultctl import --from json /dev/stdin"
      ])
  }

  fileprivate static func refused(_ fault: SOPSFile.Fault, _ path: String) -> Diagnostic {
    let (message, help): (String, [String]) =
      switch fault {
      case .noMetadata:
        (
          "is not a file that SOPS encrypted: it has no `sops` key",
          ["if it is a dotenv or INI file, give it a name that ends with `.env` or `.ini`"]
        )
      case .keyGroups, .noPGP: ("has no data key for one OpenPGP key", [])
      case .invalidKey: ("has a data key that is not 32 bytes long", [])
      case .undecryptable(let place):
        (
          "was changed: `\(place)` does not open at its path",
          ["its value or its path is not as SOPS wrote it; restore the file"]
        )
      case .wrongType(let place):
        (
          "was changed: the type of `\(place)` does not fit its value",
          ["restore the file as SOPS wrote it"]
        )
      case .notText(let place):
        ("has a value that is not UTF-8: `\(place)`", [])
      case .notEncrypted(let place):
        (
          "was changed: `\(place)` is not encrypted, and its rule says that it is",
          ["restore the file as SOPS wrote it, or encrypt it: sops --encrypt --in-place"]
        )
      case .noMAC:
        ("has no authentication code", ["import it anyway: --ignore-mac"])
      case .wrongMAC:
        (
          "was changed: its authentication code does not match its values",
          ["find out who changed it; to import it anyway: --ignore-mac"]
        )
      case .pathTooLong: ("has keys that are too long", [])
      case .unsupportedRule(let pattern): ("has a rule that cannot be read: \(pattern)", [])
      }
    return Diagnostic(.notImported, "`\(path)` \(message)", at: .file(path), help: help)
  }
}

extension Failure {
  /// Whether a person ended it.
  fileprivate var isCancelled: Bool { diagnostics.contains { $0.code == .cancelled } }
}
