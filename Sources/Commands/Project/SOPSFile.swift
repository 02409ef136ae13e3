import Crypto
import Encodings
import Foundation
import Manifests
import Secrets

/// A file that SOPS encrypted, as its documents and the `sops` mapping that SOPS appends to each; the
/// first one counts. Facts of the format are SOPS' own (README, "Encryption protocol").
struct SOPSFile {
  enum Fault: Error, Hashable {
    case noMetadata
    /// Its data key is shared between several groups of keys.
    case keyGroups
    /// No data key for OpenPGP.
    case noPGP
    case invalidKey
    /// - Parameter path: keys with dots between them.
    case undecryptable(path: String)
    /// It is not UTF-8.
    case notText(path: String)
    /// The file's rule says that it is encrypted, and it is not.
    case notEncrypted(path: String)
    case noMAC
    case wrongMAC
    case unsupportedRule(String)
    case pathTooLong
  }

  private let documents: [ImportedData]
  private let metadata: ImportedData

  init(_ documents: [ImportedData]) throws(Fault) {
    guard let metadata = documents.first?["sops"], case .mapping = metadata else {
      throw .noMetadata
    }
    self.documents = documents.map { $0.without("sops") }
    self.metadata = metadata
  }

  /// The messages that hold the data key, each for one key.
  func dataKeyMessages() throws(Fault) -> [String] {
    let groups = metadata["key_groups"]?.items ?? []
    if groups.count > 1 { throw .keyGroups }
    let entries = metadata["pgp"]?.items ?? groups.first?["pgp"]?.items ?? []
    let messages = entries.compactMap { $0["enc"]?.text }
    if messages.isEmpty { throw .noPGP }
    return messages
  }

  /// Whether the authentication code is over the encrypted values alone.
  var macsOnlyEncrypted: Bool { metadata["mac_only_encrypted"]?.text == "true" }

  /// All documents, opened: a list if there are several; and how many values are not encrypted, which
  /// SOPS authenticates together and not for their keys.
  ///
  /// 1. Each leaf is decrypted for its path; one that should be encrypted and is not is refused.
  /// 2. The authentication code over all leaves, in their order, must be that of the file.
  func opened(
    with dataKey: SecretBytes, ignoringMAC: Bool
  ) throws(Fault) -> (data: ImportedData, plainCount: Int) {
    let key = dataKey.withBytes { span in
      SymmetricKey(data: span.indices.map { span[$0] })
    }
    guard key.bitCount == 256 else { throw .invalidKey }
    var reader = LeafReader(
      key: key, rule: try SOPSRule(metadata),
      macsOnlyEncrypted: macsOnlyEncrypted)
    var opened: [ImportedData] = []
    for document in documents { opened.append(try reader.opened(document)) }
    if !ignoringMAC { try check(reader.digest, key) }
    return (opened.count == 1 ? opened[0] : .list(opened), reader.plainCount)
  }

  private func check(_ digest: String, _ key: SymmetricKey) throws(Fault) {
    guard let mac = metadata["mac"]?.text, !mac.isEmpty,
      let modified = metadata["lastmodified"]?.text
    else { throw .noMAC }
    guard let value = SOPSValue(mac), let text = value.opened(with: key, path: modified),
      String(decoding: text, as: UTF8.self) == digest
    else { throw .wrongMAC }
  }
}

/// `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`
struct SOPSValue {
  private let data: [UInt8]
  private let iv: [UInt8]
  private let tag: [UInt8]
  let type: String

  /// `nil` for any other text.
  init?(_ text: String) {
    guard text.hasPrefix("ENC[AES256_GCM,"), text.hasSuffix("]") else { return nil }
    let parts = text.dropFirst("ENC[AES256_GCM,".count).dropLast().split(
      separator: ",", omittingEmptySubsequences: false)
    func part(_ name: String) -> String? {
      parts.first { $0.hasPrefix("\(name):") }.map { String($0.dropFirst(name.count + 1)) }
    }
    func bytes(_ name: String) -> [UInt8]? {
      part(name).flatMap { Data(base64Encoded: $0) }.map { Array($0) }
    }
    guard parts.count == 4, let data = bytes("data"), let iv = bytes("iv"), let tag = bytes("tag"),
      let type = part("type")
    else { return nil }
    (self.data, self.iv, self.tag, self.type) = (data, iv, tag, type)
  }

  /// - Parameter path: the additional data.
  func opened(with key: SymmetricKey, path: String) -> [UInt8]? {
    guard let nonce = try? AES.GCM.Nonce(data: iv),
      let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: data, tag: tag),
      let plain = try? AES.GCM.open(box, using: key, authenticating: Array(path.utf8))
    else { return nil }
    return Array(plain)
  }
}

/// Which leaves a file says are encrypted.
struct SOPSRule {
  private enum Kind {
    case suffix(String)
    case pattern(SOPSPattern)
  }
  private let kind: Kind
  /// Whether what matches is encrypted, or all else.
  private let encryptsMatches: Bool

  init(_ metadata: ImportedData) throws(SOPSFile.Fault) {
    func text(_ name: String) -> String? {
      metadata[name]?.text.flatMap { $0.isEmpty ? nil : $0 }
    }
    for name in ["encrypted_comment_regex", "unencrypted_comment_regex"] {
      if let pattern = text(name) { throw .unsupportedRule(pattern) }
    }
    for (name, encryptsMatches) in [("encrypted_regex", true), ("unencrypted_regex", false)] {
      guard let pattern = text(name) else { continue }
      guard let regex = SOPSPattern(pattern) else { throw .unsupportedRule(pattern) }
      kind = .pattern(regex)
      self.encryptsMatches = encryptsMatches
      return
    }
    let suffix = text("encrypted_suffix")
    kind = .suffix(suffix ?? text("unencrypted_suffix") ?? "_unencrypted")
    encryptsMatches = suffix != nil
  }

  /// A key that matches decides about all below it.
  func matches(_ key: String) -> Bool {
    switch kind {
    case .suffix(let suffix): key.hasSuffix(suffix)
    case .pattern(let pattern): pattern.matches(key)
    }
  }

  /// - Parameter isMatched: whether a key on the leaf's path matches.
  func isEncrypted(_ isMatched: Bool) -> Bool { isMatched == encryptsMatches }
}

/// Opens leaves in their order, and digests them for the authentication code.
private struct LeafReader {
  let key: SymmetricKey
  let rule: SOPSRule
  let macsOnlyEncrypted: Bool
  private(set) var plainCount = 0
  private var hash = SHA512()
  /// Of keys; most occur often.
  private var matched: [String: Bool] = [:]

  private static let maxPathBytes = 65_536

  init(key: SymmetricKey, rule: SOPSRule, macsOnlyEncrypted: Bool) {
    (self.key, self.rule, self.macsOnlyEncrypted) = (key, rule, macsOnlyEncrypted)
    // So that this code and that over all leaves never are the same.
    if macsOnlyEncrypted { hash.update(data: Array(SHA256.hash(data: Array("sops".utf8)))) }
  }

  /// Upper-case hexadecimal digits.
  var digest: String { hexadecimal(hash.finalize()).uppercased() }

  private mutating func matches(_ key: String) -> Bool {
    if let known = matched[key] { return known }
    let matches = rule.matches(key)
    matched[key] = matches
    return matches
  }

  mutating func opened(
    _ data: ImportedData, _ path: [String] = [], isMatched: Bool = false
  ) throws(SOPSFile.Fault) -> ImportedData {
    switch data {
    case .mapping(let members):
      var opened: [ImportedData.Member] = []
      for member in members {
        let value = try self.opened(
          member.value, path + [member.key], isMatched: isMatched || matches(member.key))
        opened.append(ImportedData.Member(key: member.key, value: value))
      }
      return .mapping(opened)
    case .list(let items):
      var opened: [ImportedData] = []
      for item in items { opened.append(try self.opened(item, path, isMatched: isMatched)) }
      return .list(opened)
    case .null: return .null
    case .text(let text), .entry(let text, _): return try leaf(text, isText: true, path, isMatched)
    case .literal(let text): return try leaf(text, isText: false, path, isMatched)
    }
  }

  private mutating func leaf(
    _ text: String, isText: Bool, _ path: [String], _ isMatched: Bool
  ) throws(SOPSFile.Fault) -> ImportedData {
    let place = path.joined(separator: ".")
    // Every value is authenticated with the whole of its path.
    guard place.utf8.count <= Self.maxPathBytes else { throw .pathTooLong }
    guard rule.isEncrypted(isMatched) else {
      plainCount += 1
      if !macsOnlyEncrypted { hash.update(data: Array(Self.authenticated(text, isText).utf8)) }
      return isText ? .text(text) : .literal(text)
    }
    // SOPS leaves an empty text as it is.
    if text.isEmpty { return .text("") }
    guard let value = SOPSValue(text) else { throw .notEncrypted(path: place) }
    let additional = path.map { "\($0):" }.joined()
    guard let plain = value.opened(with: key, path: additional) else {
      throw .undecryptable(path: place)
    }
    hash.update(data: plain)
    guard let opened = String(validating: plain, as: UTF8.self) else {
      throw .notText(path: place)
    }
    // Nothing authenticates the type: another one must not change the value.
    guard let data = SOPSValueType(rawValue: value.type)?.data(opened) else {
      throw .undecryptable(path: place)
    }
    return data
  }

  /// As SOPS writes a plain value into the code: numbers and truth values in Go's form.
  private static func authenticated(_ text: String, _ isText: Bool) -> String {
    if isText { return text }
    switch text.lowercased() {
    case "true": return "True"
    case "false": return "False"
    default:
      if let number = Int(text) { return "\(number)" }
      guard let number = Double(text) else { return text }
      let shortest = "\(number)"
      return shortest.hasSuffix(".0") ? String(shortest.dropLast(2)) : shortest
    }
  }
}
