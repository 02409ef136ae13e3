import Diagnostics
import Manifests
import Model
import OpenPGP
import Secrets

/// Checks sealed values with the keyring.
struct SealedValueCheck {
  let workspace: Workspace
  /// Those whose values are checked.
  let manifests: [Manifest]
  let keyring: Keyring
  let now: Timestamp

  /// 1. The recipients themselves; one that is merely not in this keyring is a warning here.
  /// 2. Messages whose key packets differ from the rule, or name one of our own keys falsely.
  /// 3. Messages that an available key may open: the binding, the signature, the value's format.
  func diagnostics() async throws -> [Diagnostic] {
    var found = try await keyring.faults().map { fault in
      fault.code == .recipientNotFound ? fault.asWarning : fault
    }
    if found.isEmpty {
      found += try await keyring.expiring(now: now)
      found += try await RecipientCheck(workspace: workspace, keyring: keyring)
        .diagnostics(in: Set(manifests.map(\.file)))
    }
    found += try await opened()
    return found
  }

  private func opened() async throws -> [Diagnostic] {
    let own = try await keyring.openingKeys()
    if own.isEmpty { return [] }
    var fields: [LocatedSealedField] = []
    var constraints: [ValueConstraint?] = []
    for document in manifests.flatMap(\.documents) {
      for slot in document.slots {
        // gpg would try each packet of a duplicate id, and that they are there is an error.
        guard let field = document.sealedField(slot), own.mayOpen(field.message),
          field.message.duplicateKeyIDs.isEmpty
        else { continue }
        fields.append(field)
        constraints.append(document.shape?[slot.field]?.constraint)
      }
    }
    var found: [Diagnostic] = []
    let results = await FieldSealer(keyring: keyring).open(fields)
    for ((field, constraint), result) in zip(zip(fields, constraints), results) {
      switch result {
      case .success(let value):
        if let violation = value.withBytes({ constraint?.violation(ofUTF8: $0) }) {
          found.append(
            .invalidSecretValue(field.address, violation.reason, at: field.location))
        }
      // The hidden recipient is another person.
      case .failure(let fault) where fault.code == .noSecretKey && !own.isNamed(in: field.message):
        continue
      case .failure(let fault):
        let isAboutKey = [.agentUnavailable, .cancelled, .deadlineExceeded].contains(fault.code)
        found.append(isAboutKey ? fault.asWarning : fault)
      }
    }
    return found
  }
}
