import Diagnostics
import Manifests
import Model
import OpenPGP
import Reports
import Secrets

/// Checks sealed values with the keyring.
struct SealedValueCheck {
  let workspace: Workspace
  /// Those whose values are checked.
  let manifests: [Manifest]
  let keyring: Keyring
  let now: Timestamp

  /// 1. The recipients themselves; one that is merely not in this keyring is a warning here.
  /// 2. Messages whose key packets differ from the rule, or name one of our own keys falsely: in the
  ///    files whose recipients are all known.
  /// 3. Messages that an available key may open: the binding, the signature, the value's format.
  func diagnostics() async throws -> [Diagnostic] {
    let recipients: ResolvedRecipients
    do {
      recipients = try await keyring.projectRecipients()
    } catch let failure as Failure {
      return try await failure.diagnostics + opened()
    }
    var found = recipients.faults.map { fault in
      fault.code == .recipientNotFound ? fault.asWarning : fault
    }
    found += keyring.expiring(among: recipients, now: now)
    let files = Set(manifests.filter(\.holdsSealed).map(\.file))
    let known = files.filter { recipients.hasAll(of: keyring.project.recipientRule(for: $0)) }
    if !known.isEmpty {
      found += try await RecipientCheck(workspace: workspace, keyring: keyring)
        .diagnostics(in: known)
    }
    if let rest = notCompared(files.subtracting(known)) { found.append(rest) }
    found += try await opened()
    return found
  }

  private func notCompared(_ files: Set<String>) -> Diagnostic? {
    if files.isEmpty { return nil }
    let left = files.count - 10
    let names = files.sorted().prefix(10).joined(separator: ", ")
    return Diagnostic(
      .recipientNotFound,
      "the values in \(counted(files.count, "file")) were not compared with their recipients",
      severity: .info,
      notes: [
        "a recipient of them cannot be used here: " + names + (left > 0 ? " and \(left) more" : "")
      ])
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
