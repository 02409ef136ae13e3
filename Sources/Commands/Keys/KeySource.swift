import Diagnostics
import Foundation
import Manifests
import OpenPGP

/// A key that the user names: by its fingerprint in the keyring, or as a file.
struct KeySource {
  let key: PublicKey
  /// The file's bytes; `nil` for a key of the keyring.
  private let exported: [UInt8]?

  /// - Throws: if nothing can be sealed for it.
  init(_ text: String, _ openPGP: PGPEngine) async throws {
    if let fingerprint = Fingerprint(text) {
      exported = nil
      key = try await Self.usable(fingerprint, text, openPGP)
      return
    }
    let isPath = text.contains("/") || text.hasSuffix(".asc") || text.hasSuffix(".gpg")
    if !isPath, !FileManager.default.fileExists(atPath: text) {
      throw Failure(.neitherKeyNorFile(text))
    }
    let bytes = try NamedFile(text, limit: FileLimit.manifest).bytes()
    if Self.isPrivate(bytes) { throw Failure(.privateKey(text)) }
    let keys = try await mappingGPGErrors { () async throws(GPGUnavailable) in
      try await openPGP.keys(in: [bytes]).flatMap(\.self)
    }
    guard keys.count == 1, let only = keys.first else {
      throw Failure(.notOneKey(text, keys.map { KeyPerson($0) }))
    }
    if only.state != .usable {
      // The keyring may have a newer state of it, and can say what is wrong.
      key = try await Self.usable(only.fingerprint, text, openPGP)
      exported = nil
    } else {
      key = only
      exported = bytes
    }
  }

  /// - Returns: whether it was not in the keyring.
  func importIfNeeded(_ openPGP: PGPEngine) async throws -> Bool {
    guard let exported else { return false }
    return try await mappingGPGErrors { () async throws(GPGUnavailable) in
      let known = try await openPGP.recipients([key.fingerprint.rawValue])
      if case .success = known.first { return false }
      try await openPGP.importKeys(exported)
      return true
    }
  }

  private static func usable(
    _ fingerprint: Fingerprint, _ text: String, _ openPGP: PGPEngine
  ) async throws -> PublicKey {
    let found = try await RecipientResolver(openPGP: openPGP)
      .keys(of: [LocatedText(fingerprint.rawValue, at: .file(text))])
    guard let first = found.first else { preconditionFailure("each recipient has a result") }
    switch first {
    case .success(let key): return key
    case .failure(let fault):
      throw Failure(
        Diagnostic(
          fault.code, fault.message, notes: fault.notes,
          help: fault.help.filter { !$0.contains(Project.fileName) }))
    }
  }

  /// Whether an export has a secret key: armored, or by its first packet's tag, 5 (RFC 9580 section 4.2).
  private static func isPrivate(_ bytes: [UInt8]) -> Bool {
    if String(decoding: bytes.prefix(4096), as: UTF8.self).contains("BEGIN PGP PRIVATE KEY BLOCK") {
      return true
    }
    guard let first = bytes.first, first & 0x80 != 0 else { return false }
    return (first & 0x40 != 0 ? first & 0x3F : (first & 0x3C) >> 2) == 5
  }
}

extension Diagnostic {
  fileprivate static func neitherKeyNorFile(_ text: String) -> Diagnostic {
    Diagnostic(
      .recipientNotFingerprint, "`\(text)` is neither a full fingerprint nor a file",
      notes: ["a name or a short id may be another person's key as well"],
      help: ["show fingerprints: gpg --list-keys --fingerprint \(shellWord(text))"])
  }

  fileprivate static func privateKey(_ file: String) -> Diagnostic {
    Diagnostic(
      .notPublicKey, "`\(file)` has a private key", at: .file(file),
      notes: ["nothing was imported; anyone who has this file can open what is sealed for the key"],
      help: ["export the public key: gpg --armor --export FINGERPRINT"])
  }

  fileprivate static func notOneKey(_ file: String, _ keys: [KeyPerson]) -> Diagnostic {
    Diagnostic(
      .notPublicKey,
      keys.isEmpty ? "`\(file)` has no public key" : "`\(file)` has \(keys.count) public keys",
      at: .file(file), notes: keys.map(\.description),
      help: ["export a single key: gpg --armor --export FINGERPRINT"])
  }
}
