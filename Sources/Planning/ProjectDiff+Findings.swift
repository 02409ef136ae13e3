import Diagnostics
package import Model

extension ProjectDiff {
  /// Findings that a reviewer must not miss: messages that were moved from another field, values
  /// whose removed recipients may still know them, and secrets that would be sent somewhere else.
  ///
  /// - Parameter keyOwners: the owners of keys, by key id.
  package func findings(keyOwners: [String: String]) -> [Finding] {
    (connections.flatMap(Finding.ofMoved) + formerReaders(keyOwners)
      + redirects.map { .redirect($0) })
      .sorted(by: Finding.inReadingOrder)
  }

  /// One finding for all values that the same people lost.
  private func formerReaders(_ keyOwners: [String: String]) -> [Finding] {
    var values: [FormerReaders: [(field: FieldAddress, location: Location)]] = [:]
    var seen: [FormerReaders: Set<FieldAddress>] = [:]
    for diff in connections {
      for case .secret(let field, let secret) in diff.details where !secret.lost.isEmpty {
        let isSure: Bool
        switch secret.value {
        case .reencrypted: isSure = true
        case .changed: isSure = false
        case .set, .removed, .rotated, .moved: continue
        }
        let people = FormerReaders(
          names: Set(secret.lost.map { keyOwners[$0] ?? $0 }).sorted(), isSure: isSure)
        let address = FieldAddress(diff.connection, field)
        // An environment may have the base's name.
        guard seen[people, default: []].insert(address).inserted else { continue }
        values[people, default: []].append((address, diff.location))
      }
    }
    return values.map { people, values in .formerReaders(people, values) }
  }
}

private struct FormerReaders: Hashable {
  let names: [String]
  /// The values are the old ones.
  let isSure: Bool
}

extension Finding {
  fileprivate static func ofMoved(_ diff: ConnectionDiff) -> [Finding] {
    diff.details.compactMap { detail in
      guard case .secret(let field, let secret) = detail, case .moved(let home) = secret.value
      else { return nil }
      return .moved(FieldAddress(diff.connection, field), from: home, at: diff.location)
    }
  }

  fileprivate static func formerReaders(
    _ people: FormerReaders, _ values: [(field: FieldAddress, location: Location)]
  ) -> Finding {
    let names = values.prefix(20).map { "`\($0.field.field)` of `\($0.field.connection)`" }
    let left = values.count - names.count
    let only = values.count == 1 ? values.first?.field : nil
    let command =
      only.map { "\(shellWord($0.connection.rawValue)) \(shellWord($0.field.rawValue))" }
      ?? "NAME FIELD"
    return Finding(
      .formerRecipient, only?.connection,
      Diagnostic(
        .formerRecipient,
        "\(names.joined(separator: ", "))\(left > 0 ? " and \(left) more" : "") \(people.isSure ? "should" : "may need to") be rotated",
        severity: .warning, at: values.first?.location,
        notes: [
          "previously addressed to \(people.names.joined(separator: ", ")), who may know the old value"
        ],
        help: [
          "create a new credential at the service, set it (vaultctl set \(command)), apply, then revoke the old one"
        ]))
  }
}
