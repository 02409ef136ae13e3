import Diagnostics
import Encodings

/// What `isProjectName` accepts, as a note.
package let projectNameRule =
  "a name has 1 to 100 of `a-z`, `0-9`, `.`, `_` and `-`, and starts with a letter or digit"

extension String {
  /// 1 to 100 of `a-z`, `0-9`, `.`, `_`, `-`; a letter or digit first.
  package var isProjectName: Bool {
    func isPlain(_ byte: UInt8) -> Bool { byte.isASCIILowercase || byte.isASCIIDigit }
    guard let first = utf8.first, isPlain(first), utf8.count <= 100 else { return false }
    return utf8.allSatisfy { isPlain($0) || "._-".utf8.contains($0) }
  }

  /// A folder or an address as it is named without slashes at its end.
  package var withoutFinalSlashes: String { String(reversed().drop { $0 == "/" }.reversed()) }

  /// Below the project's root whatever it says.
  var isRelativePath: Bool {
    !isEmpty && !hasPrefix("/")
      && !split(separator: "/", omittingEmptySubsequences: false).contains("..")
      && !unicodeScalars.contains { $0.properties.generalCategory == .control }
  }
}

extension Diagnostic {
  static func emptyProject(file: String) -> Diagnostic {
    Diagnostic(
      .emptyDocument, "the project file is empty", at: .file(file),
      help: ["create a project: vaultctl init"])
  }

  static func secondProject(at location: Location) -> Diagnostic {
    Diagnostic(
      .wrongKind, "the project file must hold one document", at: location,
      help: ["remove everything after the first document"])
  }

  static func invalidProjectID(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidProjectName, "invalid project id", at: location,
      notes: ["an id has 16 to 64 of `a-z` and `0-9`; `vaultctl init` writes a random one"],
      help: ["remove the line, then let vaultctl write one: vaultctl upgrade"])
  }

  static func invalidProjectName(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidProjectName, "invalid project name", at: location,
      notes: [projectNameRule])
  }

  static func invalidPath(_ path: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidPath, "`\(path)` must stay inside the project", at: location,
      notes: ["paths are relative to the project file and must not contain `..`"])
  }

  static func noRecipients(at location: Location) -> Diagnostic {
    Diagnostic(
      .noRecipientRule, "no recipient chosen", at: location,
      notes: ["secrets must be sealed for at least one key"],
      help: ["list your keys: gpg --list-secret-keys"])
  }

  /// - Parameter text: the recipient; shown only if it is an address, for which gpg looks up the key.
  static func notFingerprint(_ text: String, at location: Location) -> Diagnostic {
    let isAddress = text.split(separator: "@", omittingEmptySubsequences: false).count == 2
    let address = isAddress ? text.split { " <>".contains($0) }.first { $0.contains("@") } : nil
    guard let address else {
      return Diagnostic(
        .recipientNotFingerprint, "not a full fingerprint", at: location,
        notes: [
          "a fingerprint has 40 hex digits (64 for a version 6 key); short IDs can be forged"
        ], help: ["show fingerprints: gpg --list-keys --fingerprint"])
    }
    return Diagnostic(
      .recipientNotFingerprint, "an e-mail address cannot name a recipient", at: location,
      notes: ["any key can claim an address; a fingerprint belongs to one key"],
      help: ["show its fingerprint: gpg --list-keys --fingerprint \(shellWord(String(address)))"])
  }

  static func duplicateRecipient(_ fingerprint: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .duplicateRecipient, "`\(fingerprint)` is listed twice", at: location,
      help: ["remove one of the two"])
  }
}
