package import Model
package import Secrets

/// A backend that holds only connections: no applied records, no lock, no journal. Setups are
/// write-only, and written whole.
package protocol RecordlessBackend: Sendable {
  var description: StoreDescription { get }

  /// All connections, by id; several may have one name.
  func list() async throws(StoreError) -> BackendList

  /// Checks what is permitted here, before anything is done.
  ///
  /// - Throws: `permissionDenied` with everything that is missing.
  func check(_ operations: Set<BackendOperation>) async throws(StoreError)

  /// A new connection; empty without a setup. If the response is lost, the connection is looked for, so
  /// that none is created twice.
  func create(_ write: BackendWrite) async throws(StoreError) -> BackendConnection

  /// Replaces name and setup; without a setup, the name alone.
  ///
  /// - Throws: `versionConflict` if the connection is at another version by now; `refused` if the write
  ///   requires an empty connection and it is not.
  func update(
    _ id: StoreID, from version: StoreVersion, _ write: BackendWrite
  ) async throws(StoreError) -> BackendConnection

  /// A connection that does not exist is treated as deleted.
  func delete(
    _ id: StoreID, named name: ConnectionName, from version: StoreVersion
  ) async throws(StoreError)

  /// The definitions of the backend's flows, as its JSON.
  func flows() async throws(StoreError) -> [FlowDefinition]
}

package enum BackendOperation: String, Hashable, Sendable, CaseIterable {
  case read, create, update, delete
}

/// What a backend has.
package struct BackendList: Hashable, Sendable {
  package let connections: [BackendConnection]
  /// Entries whose id alone could be read, with the name if there is one.
  package let unreadable: [StoreID: String]

  package init(_ connections: [BackendConnection], unreadable: [StoreID: String] = [:]) {
    self.connections = connections
    self.unreadable = unreadable
  }
}

/// A connection as a backend shows it.
package struct BackendConnection: Hashable, Sendable {
  package let id: StoreID
  /// As the backend has it: any text.
  package let shownName: String
  package let app: AppID
  /// Whether it has a setup.
  package let isReady: Bool
  package let version: StoreVersion
  package let createdAt: Timestamp
  package let updatedAt: Timestamp

  /// `nil` if no connection of ours can have the name.
  package var name: ConnectionName? { ConnectionName(shownName) }

  package init(
    id: StoreID, shownName: String, app: AppID, isReady: Bool, version: StoreVersion,
    createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.shownName = shownName
    self.app = app
    self.isReady = isReady
    self.version = version
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// A write to a backend.
package struct BackendWrite: Sendable {
  package enum Value: Sendable {
    case plain(PlainValue)
    case secret(SecretBytes)
  }

  package struct Setup: Sendable {
    package let type: SetupType
    package let fields: [FieldName: Value]

    package init(type: SetupType, fields: [FieldName: Value]) {
      self.type = type
      self.fields = fields
    }
  }

  package let name: ConnectionName
  package let app: AppID
  package let setup: Setup?
  /// An update is refused if the connection has a setup.
  package let requiresEmpty: Bool

  package init(name: ConnectionName, app: AppID, setup: Setup?, requiresEmpty: Bool = false) {
    self.name = name
    self.app = app
    self.setup = setup
    self.requiresEmpty = requiresEmpty
  }
}
