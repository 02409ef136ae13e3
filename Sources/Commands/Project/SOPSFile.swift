import Crypto
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
    /// The type that is noted beside it cannot be that of its value.
    case wrongType(path: String)
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

  /// The metadata with data keys that only SOPS can open.
  private static let otherKinds = ["age", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms"]

  /// Whether the data key is sealed for keys of other kinds, too, each of which opens it.
  var hasOtherKeys: Bool {
    let groups = metadata["key_groups"]?.items ?? []
    let sets = [metadata] + groups.prefix(1)
    return sets.contains { keys in
      Self.otherKinds.contains { !(keys[$0]?.items.isEmpty ?? true) }
    }
  }

  /// Whether the authentication code is over the encrypted values alone.
  var macsOnlyEncrypted: Bool { metadata["mac_only_encrypted"]?.text == "true" }

  /// All documents, opened: a list if there are several; and how many values are not encrypted.
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
    var reader = SOPSLeafReader(
      key: key, rule: try SOPSRule(metadata), macsOnlyEncrypted: macsOnlyEncrypted)
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
