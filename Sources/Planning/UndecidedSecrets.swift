package import Model
import Parallelism

/// The sealed fields whose ciphertext is not the one that was applied, in order: those that must be
/// opened to know whether a value was only encrypted again. None if nothing changed.
package func undecidedSecrets(
  desired: [DesiredConnection], snapshot: Snapshot, targets: Set<ConnectionName>? = nil
) -> [FieldAddress] {
  desired.filter { targets?.contains($0.name) ?? true }.concurrentMap { connection in
    let counterpart = snapshot.counterpart(of: connection)
    guard let actual = counterpart.actual, let applied = counterpart.applied,
      actual.app == connection.app
    else { return [FieldAddress]() }
    return (connection.setup?.fields ?? [:]).compactMap { field, value in
      guard case .sealed(let message) = value,
        case .sealed(let ciphertext, _, _) = applied.fields[field], ciphertext != message.digest,
        case .secret = actual.fields[field], !connection.ignoredFields.contains(field)
      else { return nil }
      return FieldAddress(connection.name, field)
    }
  }.flatMap(\.self).sorted()
}
