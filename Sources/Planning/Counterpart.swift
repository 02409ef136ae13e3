package import Model

/// The store's side of a declared connection.
package struct Counterpart: Sendable {
  /// The connection's current name, or the previous one that the store still has.
  package let name: ConnectionName
  package let actual: ActualConnection?
  package let applied: AppliedRecord?
}

extension Snapshot {
  /// What the store has under the connection's current name; if it has no such name, under the
  /// latest of the previous names.
  package func counterpart(of connection: DesiredConnection) -> Counterpart {
    var name = connection.name
    if actual[name] == nil, applied[name] == nil {
      name = connection.formerNames.first { actual[$0] != nil } ?? name
    }
    return Counterpart(name: name, actual: actual[name], applied: applied[name])
  }
}

extension Change {
  /// The name that the store has the connection under before this change.
  package var nameInStore: ConnectionName {
    if case .rename(_, _, let former) = action { former } else { connection }
  }
}
