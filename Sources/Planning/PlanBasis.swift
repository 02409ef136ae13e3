import Crypto
package import Diagnostics
import Encodings
package import Model

/// What a plan is based on: for each connection that it changes, the desired, actual and applied
/// states as digests and versions; and the recipients. The store itself is a `StoreIdentity`.
///
/// Whatever else decides what a change does, or which hosts its secrets are sent to, is a part of
/// `Connection`, so that a plan is refused when it has moved.
package struct PlanBasis: Hashable, Sendable, Codable {
  /// For one connection; `nil` if there was none.
  package struct Connection: Hashable, Sendable, Codable {
    let name: ConnectionName
    let manifest: String?
    let store: String?
    let record: String?
  }

  package let connections: [Connection]
  /// `path: FINGERPRINT`, in the project file's order, which matters.
  package let recipients: [String]

  package init(
    of plan: Plan, desired: [DesiredConnection], snapshot: Snapshot, recipients: [String]
  ) {
    let byName = Dictionary(desired.map { ($0.name, $0) }) { first, _ in first }
    connections = plan.changes.map { change in
      let name = change.nameInStore
      let actual = snapshot.actual[name]
      return Connection(
        name: change.connection, manifest: byName[change.connection].map { digest(Declared($0)) },
        store: actual.map { "\($0.id) at \($0.version)" },
        record: snapshot.applied[name].map { digest($0) })
    }
    self.recipients = recipients
  }

  /// What changed from this basis to `now`, for people; empty if a plan is still valid.
  package func changes(to now: PlanBasis) -> [String] {
    var changes: [String] = []
    for (before, after) in zip(connections, now.connections) {
      func compare(_ part: KeyPath<Connection, String?>, _ what: String) {
        switch (before[keyPath: part], after[keyPath: part]) {
        case (nil, .some): changes.append("\(what) of `\(before.name)` now exists")
        case (.some, nil): changes.append("\(what) of `\(before.name)` no longer exists")
        case let (old, new) where old != new:
          changes.append("\(what) of `\(before.name)` changed since the plan")
        default: break
        }
      }
      compare(\.manifest, "the manifest")
      compare(\.store, "the version in the store")
      compare(\.record, "the applied record")
    }
    let gained = Set(now.recipients).subtracting(recipients).sorted()
    let lost = Set(recipients).subtracting(now.recipients).sorted()
    changes += gained.map { "a recipient was added: \($0)" }
    changes += lost.map { "a recipient was removed: \($0)" }
    if gained.isEmpty, lost.isEmpty, recipients != now.recipients {
      changes.append("the order of the recipient rules changed")
    }
    return changes
  }
}

extension Diagnostic {
  /// - Parameter differences: not empty.
  package static func planForAnotherStore(_ file: String, differences: [String]) -> Diagnostic {
    Diagnostic(
      .planForAnotherStore, "the plan in `\(file)` was made for another store; nothing was applied",
      at: .file(file), notes: differences,
      help: ["create a new plan and have it approved: vaultctl plan --out \(file)"])
  }

  /// - Parameter changes: not empty.
  package static func stalePlan(_ file: String, changes: [String]) -> Diagnostic {
    Diagnostic(
      .stalePlan, "the plan in `\(file)` is out of date; nothing was applied", at: .file(file),
      notes: changes, help: ["create a new plan and have it approved: vaultctl plan --out \(file)"])
  }
}

/// A manifest's declarations, without their locations.
private struct Declared: Encodable {
  let app: AppID
  let setupType: SetupType?
  let plain: [FieldName: PlainValue]
  let sealed: [FieldName: CiphertextDigest]
  let labels: [String: String]
  let scopes: [Scope]?
  let preventsDestroy: Bool
  let ignored: [FieldName]
  let destinations: [Destination]

  init(_ connection: DesiredConnection) {
    app = connection.app
    setupType = connection.setup?.type
    plain = connection.setup?.plain ?? [:]
    sealed = (connection.setup?.sealed ?? [:]).mapValues(\.digest)
    labels = connection.labels
    scopes = connection.scopes?.sorted()
    preventsDestroy = connection.preventsDestroy
    ignored = connection.ignoredFields.sorted()
    destinations = connection.destinations.sorted()
  }
}

/// SHA-256 of a value's JSON with sorted keys, in hex.
private func digest(_ value: some Encodable) -> String {
  hexadecimal(SHA256.hash(data: Array(canonicalText(value).utf8)))
}
