import Diagnostics
import Manifests
import Model
import OpenPGP
import Reports

/// Finds who a connection's sealed values are addressed to, and who they should be addressed to.
struct AccessReader {
  let workspace: Workspace
  let keyring: Keyring

  /// The effective sealed fields. A recipient that the keyring lacks is compared by nothing, and is
  /// shown as not in the keyring.
  func fields(of layers: [LocatedDocument]) async throws -> [AccessReport.Field] {
    let slots = layers.map(\.document).effectiveSlots.compactMap { document, slot in
      document.sealedField(slot).map { (file: document.origin.file, field: $0) }
    }
    let rules = slots.map { workspace.project.recipientRule(for: $0.file)?.keys.map(\.text) ?? [] }
    let ids = Set(slots.flatMap { $0.field.message.keyIDs }.map { KeyID($0) })
    let known = try await keyring.keys(ids: ids, fingerprints: Set(rules.joined()))
    return zip(slots, rules).map { slot, rule in
      field(slot.field, rule: rule, known)
    }
  }

  private func field(
    _ field: LocatedSealedField, rule: [String], _ known: [PublicKey]
  ) -> AccessReport.Field {
    let recipients = known.filter { rule.contains($0.fingerprint.rawValue) }
    let match = RecipientMatch(field.message, recipients)
    let absent = rule.filter { text in !known.contains { $0.fingerprint.rawValue == text } }
    let addressed = field.message.keyIDs.map { id -> AccessReport.Reader in
      // A recipient that is not in the keyring may be any key that is not known.
      let isUndecided = !absent.isEmpty && match.strangers.contains(id)
      return AccessReport.Reader(
        KeyPerson(id, among: known),
        match.strangers.contains(id)
          ? (isUndecided ? .undecided : .stranger)
          : match.outdated.contains(id) ? .outdated : .recipient)
    }
    let missing = match.missing.map { fingerprint in
      AccessReport.Reader(KeyPerson(fingerprint.rawValue, among: known), .missing)
    }
    let unknown = absent.map { AccessReport.Reader(KeyPerson(unknown: $0), .undecided) }
    return AccessReport.Field(
      name: field.address.field, location: field.location,
      readers: addressed + missing + unknown, hasPassphrase: field.message.hasPassphrase)
  }
}

extension AccessReport.Reader {
  init(_ person: KeyPerson, _ standing: AccessReport.Standing) {
    self.init(
      name: person.description, userID: person.userID, key: person.key, standing: standing)
  }
}
