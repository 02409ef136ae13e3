import Model
import Stores
import Synchronization

/// A backend in memory; what others do to it, a test does by hand.
final class MemoryBackend: RecordlessBackend {
  private let stored = Mutex<(connections: [StoreID: BackendConnection], number: Int)>(([:], 0))
  /// What the next write throws after it was done: its response is lost.
  private let lost = Mutex<StoreError?>(nil)

  let description = StoreDescription(type: "memory", location: "test")

  var connections: [BackendConnection] {
    stored.withLock { stored in stored.connections.values.sorted { $0.id < $1.id } }
  }

  private let refusesCreates = Mutex(false)
  func refuseCreates() { refusesCreates.withLock { $0 = true } }

  func loseNextResponse(_ error: StoreError) { lost.withLock { $0 = error } }

  private func respond() throws(StoreError) {
    let error = lost.withLock { lost in
      defer { lost = nil }
      return lost
    }
    if let error { throw error }
  }

  func list() async throws(StoreError) -> BackendList { BackendList(connections) }

  func check(_ operations: Set<BackendOperation>) async throws(StoreError) {
    guard operations.contains(.read) else { throw .refused("a run reads too") }
  }

  func create(_ write: BackendWrite) async throws(StoreError) -> BackendConnection {
    if refusesCreates.withLock({ $0 }) { throw .refused("no more connections") }
    let made = put(write, id: nil)
    try respond()
    return made
  }

  func update(
    _ id: StoreID, from version: StoreVersion, _ write: BackendWrite
  ) async throws(StoreError) -> BackendConnection {
    let found = connections.first { $0.id == id }
    guard found?.version == version else {
      throw .versionConflict(write.name, expected: version, found: found?.version)
    }
    if write.requiresEmpty, found?.isReady == true { throw .refused("it has a setup") }
    let made = put(write, id: id)
    try respond()
    return made
  }

  func delete(
    _ id: StoreID, named name: ConnectionName, from version: StoreVersion
  ) async throws(StoreError) {
    stored.withLock { $0.connections[id] = nil }
    try respond()
  }

  func flows() async throws(StoreError) -> [FlowDefinition] { [] }

  private func put(_ write: BackendWrite, id: StoreID?) -> BackendConnection {
    stored.withLock { stored in
      stored.number += 1
      let id = id ?? StoreID("id-\(stored.number)")
      let now = Timestamp(milliseconds: 1_790_000_000_000)
      let connection = BackendConnection(
        id: id, shownName: write.name.rawValue, app: write.app, isReady: write.setup != nil,
        version: StoreVersion("v\(stored.number)"), createdAt: now, updatedAt: now)
      stored.connections[id] = connection
      return connection
    }
  }
}
