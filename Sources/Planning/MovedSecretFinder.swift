import Diagnostics
package import Model
import Parallelism

/// Finds messages that are, or were applied as, the value of another field. A message opens in one
/// field only, which needs no key to know.
struct MovedSecretFinder {
  private let input: PlanningInput

  init(_ input: PlanningInput) { self.input = input }

  /// In the connections' order; nothing is looked up unless a message changed.
  func findings(_ connections: [DesiredConnection]) -> [Finding] {
    let changed = connections.concurrentMap { connection -> [LocatedSealedField] in
      let applied = input.snapshot.counterpart(of: connection).applied
      return (connection.setup?.sealed ?? [:]).compactMap { field, message -> LocatedSealedField? in
        if case .sealed(message.digest, _, _)? = applied?.fields[field] { return nil }
        return connection.sealedField(field)
      }.sorted { $0.address < $1.address }
    }.flatMap(\.self)
    if changed.isEmpty { return [] }
    let homes = homes
    let files = Set(connections.map(\.origin.file)).union(changed.compactMap(\.location.file))
    return changed.compactMap { field in
      homes[field.message.digest].map { .moved(field, from: $0) }
    }
      + Finding.shared(
        input.sharedMessages.filter { homes[$0[0].message.digest] == nil }, in: files)
  }

  /// The field that each applied message is the value of.
  private var homes: [CiphertextDigest: FieldAddress] {
    var homes: [CiphertextDigest: FieldAddress] = [:]
    for (name, record) in input.snapshot.applied {
      for (field, digest) in record.ciphertexts { homes[digest] = FieldAddress(name, field) }
    }
    return homes
  }
}

extension Finding {
  /// Messages that are the value of several fields; which one they are sealed for is not known.
  ///
  /// - Parameters:
  ///   - messages: the fields of each.
  ///   - files: whose fields are reported.
  package static func shared(_ messages: [[LocatedSealedField]], in files: Set<String>) -> [Finding]
  {
    messages.flatMap { fields in
      fields.enumerated().compactMap { index, field in
        guard let file = field.location.file, files.contains(file) else { return nil }
        return .shared(field, with: fields[index == 0 ? 1 : 0])
      }
    }
  }

  private static func shared(
    _ field: LocatedSealedField, with other: LocatedSealedField
  ) -> Finding {
    let (name, key) = (field.address.connection, field.address.field)
    return Finding(
      .movedSecret, name,
      Diagnostic(
        .bindingMismatch, "`\(key)` of `\(name)` has the same message as another field",
        at: field.location,
        notes: [
          "`\(other.address.field)` of `\(other.address.connection)` in \(other.location.file ?? "")"
            + " has it too",
          "a message is sealed for one field and opens in no other",
        ],
        help: [
          "seal a value for this one: vaultctl set \(shellWord(name.rawValue)) \(shellWord(key.rawValue))"
        ]))
  }

  /// A message that was the value of another field.
  static func moved(_ field: LocatedSealedField, from home: FieldAddress) -> Finding {
    moved(field.address, from: home, at: field.location)
  }

  static func moved(
    _ address: FieldAddress, from home: FieldAddress, at location: Location?
  ) -> Finding {
    let (name, field) = (address.connection, address.field)
    return Finding(
      .movedSecret, name,
      Diagnostic(
        .bindingMismatch, "`\(field)` of `\(name)` was sealed for a different field", at: location,
        notes: ["the same message was the value of `\(home.field)` of `\(home.connection)`"],
        help: [
          "seal it again: vaultctl set \(shellWord(name.rawValue)) \(shellWord(field.rawValue))"
        ]))
  }
}
