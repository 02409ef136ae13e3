import Model
import OpenPGP

/// Whose keys are whose, and who says so.
///
/// Pipelines import the keys of the branch under review, so a name in the keyring may be that branch's own
/// claim. With a commit to compare with, a key that the branch's `keys/*.asc` alone has is not verified.
struct KeyDirectory: Sendable {
  /// Whose word counts.
  enum Base: Sendable {
    /// Nothing is under review, so that of the keyring.
    case none
    /// A trusted commit's, which cannot be read, so nobody's.
    case unreadable
    /// A trusted commit's, with these files.
    case files(any ManifestSource)
  }

  private let verified: [PublicKey]
  private let claimed: [PublicKey]

  /// - Parameters:
  ///   - ids: of keys or subkeys that are wanted.
  ///   - fingerprints: of keys that are wanted.
  ///   - base: whose word counts.
  ///   - branch: the files under review.
  init(
    _ openPGP: PGPEngine, ids: Set<String>, fingerprints: Set<String>,
    base: Base, branch: any ManifestSource
  ) async {
    // Without gpg the ids are what is known.
    let known =
      (try? await openPGP.keys(ids: Set(ids.map { KeyID($0) }), fingerprints: fingerprints)) ?? []
    let (offered, isWhole) = await Self.keys(in: branch, openPGP)
    switch base {
    case .none:
      verified = known
      claimed = offered
    case .unreadable:
      verified = []
      claimed = offered + known
    case .files(let base):
      let (trusted, _) = await Self.keys(in: base, openPGP)
      let trustedFingerprints = Set(trusted.map(\.fingerprint))
      let added = Set(offered.map(\.fingerprint)).subtracting(trustedFingerprints)
      // The trusted commit's names win: importing a key can add a user id to one that is known. A branch
      // with something in its folder of keys that is none may have brought any of the keyring's.
      verified = trusted + known.filter { isWhole && !added.contains($0.fingerprint) }
      claimed =
        offered.filter { added.contains($0.fingerprint) }
        + (isWhole ? [] : known.filter { !trustedFingerprints.contains($0.fingerprint) })
    }
  }

  /// - Parameter id: a fingerprint, or the id of a key or subkey.
  func person(_ id: String) -> KeyPerson {
    if let key = Self.key(id, among: verified) { return KeyPerson(key) }
    if let key = Self.key(id, among: claimed) { return KeyPerson(key, isVerified: false) }
    return KeyPerson(unknown: id)
  }

  /// The owners of keys as people know them, by id.
  func owners(of ids: Set<String>) -> [String: String] {
    Dictionary(ids.map { ($0, person($0).description) }) { first, _ in first }
  }

  /// Everybody whose key it has, by fingerprint.
  var people: [KeyPerson] {
    Set((verified + claimed).map(\.fingerprint.rawValue)).sorted().map(person)
  }

  private static func key(_ id: String, among keys: [PublicKey]) -> PublicKey? {
    keys.first { $0.isNamed(by: id) }
  }

  /// gpg would create a keyring, so without one there are no names.
  ///
  /// - Returns: the keys, and whether everything in the folder is a file of keys.
  private static func keys(
    in source: any ManifestSource, _ openPGP: PGPEngine
  ) async -> (keys: [PublicKey], isWhole: Bool) {
    guard openPGP.hasKeyring, let entries = try? source.entries(at: folder) else {
      return ([], false)
    }
    let named = entries.filter { $0.path == folder || $0.path.hasSuffix(".asc") }
    let files = named.filter { $0.kind == .file }.map(\.path).sorted()
    let contents = (try? source.read(files, limit: FileLimit.manifest)) ?? []
    let readable = contents.compactMap { try? $0.get() }
    let found = (try? await openPGP.keys(in: readable)) ?? []
    return (
      found.flatMap(\.self),
      readable.count == named.count && found.count == named.count && !found.contains { $0.isEmpty }
    )
  }

  /// Where projects keep their recipients' public keys.
  private static let folder = "keys"
}
