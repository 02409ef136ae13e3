import Manifests
import Model
import OpenPGP
import Pages

/// Finds out who a project's values are addressed to, as far as the keyring knows them.
struct PeopleReader {
  private let workspaces: [Workspace]
  private let keyring: Keyring?

  init(_ workspaces: [Workspace], console: Console) {
    self.workspaces = workspaces
    keyring = workspaces.first.map { .standard($0.project, console: console) }
  }

  /// The recipients in the project file's order, then keys that values are addressed to and no rule
  /// names. Without a keyring, the fingerprints alone.
  func people() async -> [PagePerson] {
    let rules = workspaces.flatMap { $0.project.rules(of: $0.environment) }
    var paths: [String: [String]] = [:]
    var declared: [String] = []
    for rule in rules {
      for key in rule.keys {
        let fingerprint = Fingerprint(key.text)?.rawValue ?? key.text
        if paths[fingerprint] == nil { declared.append(fingerprint) }
        if paths[fingerprint]?.contains(rule.path.text) != true {
          paths[fingerprint, default: []].append(rule.path.text)
        }
      }
    }
    let found = await keys(named: declared)
    let recipients = declared.map { fingerprint in
      let key = found.first { $0.fingerprint.rawValue == fingerprint }
      return key.map { PagePerson($0, paths: paths[fingerprint] ?? []) }
        ?? PagePerson(
          fingerprint: fingerprint, name: nil, keyIDs: [], state: .unknown, expiresAt: nil,
          paths: paths[fingerprint] ?? [])
    }
    let others = found.filter { paths[$0.fingerprint.rawValue] == nil }
      .sorted { $0.fingerprint.rawValue < $1.fingerprint.rawValue }
    return recipients + others.map { PagePerson($0, paths: []) }
  }

  /// gpg makes a keyring where there is none, so it is not asked then.
  private func keys(named fingerprints: [String]) async -> [PublicKey] {
    guard let keyring, keyring.exists else { return [] }
    let addressed = workspaces.flatMap(\.state.connections).flatMap { connection in
      connection.setup?.sealed.values.flatMap(\.keyIDs) ?? []
    }
    let ids = Set(addressed + fingerprints.map { String($0.suffix(16)) }).map { KeyID($0) }
    return (try? await keyring.openPGP.publicKeys(Set(ids))) ?? []
  }
}

extension PagePerson {
  fileprivate init(_ key: PublicKey, paths: [String]) {
    let state: State =
      switch key.state {
      case .usable: .usable
      case .notYetValid: .notYetValid
      case .revoked: .revoked
      case .expired: .expired
      case .disabled: .disabled
      case .invalid: .invalid
      case .cannotEncrypt: .cannotEncrypt
      }
    let expiry =
      if case .expired(let end) = key.state { end } else { key.encryptionExpiry }
    self.init(
      fingerprint: key.fingerprint.rawValue, name: key.userID.isEmpty ? nil : key.userID,
      keyIDs: Set(key.encryptionKeyIDs.map(\.rawValue)), state: state,
      expiresAt: expiry.map { Timestamp(milliseconds: Seconds($0).milliseconds.count) },
      paths: paths)
  }
}
