import Applying
import Diagnostics
import Model
import Reports
import Secrets
import Stores

/// Reads all that a store has.
struct StoreVerifier {
  struct Report {
    var secrets = 0
    var tokens = 0
    var versions = 0
    var faults: [Diagnostic] = []
  }

  let session: Session
  let snapshot: Snapshot
  let reader: any SecretReader
  /// Whether the codes have shown that all events are as they were written: each look at one
  /// connection's would check all of them again.
  let hasCheckedEvents: Bool

  /// Everything that is not as it was written, with its place.
  ///
  /// - Throws: if the store's key is not here.
  static func contentFaults(_ session: Session) async throws -> [Diagnostic]? {
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await session.store.authentication?.faults()
    }.map { faults in faults.map { Diagnostic($0, in: session.store.description) } }
  }

  /// What belongs to no connection, which concerns none.
  static func orphans(_ session: Session) async throws -> [Diagnostic] {
    let counts = try await session.mappingStoreErrors { () async throws(StoreError) in
      try await session.store.authentication?.orphans() ?? [:]
    }
    if counts.isEmpty { return [] }
    let list = counts.sorted { $0.key < $1.key }.map { counted($0.value, $0.key).description }
    return [
      Diagnostic(
        .storeCorrupt,
        "\(session.store.description) has entries that belong to no connection",
        notes: ["\(list.joined(separator: ", ")); no connection is affected"],
        help: ["remove them: vaultctl store accept"])
    ]
  }

  private var names: [ConnectionName] { snapshot.actual.keys.sorted() }

  /// - Throws: if the store's key is not here, without which nothing is shown.
  func secrets(_ report: inout Report) async throws {
    do throws(StoreError) {
      let all = try await reader.secrets(of: Set(names))
      try await compare(all, &report)
      return
    } catch {
      if case .keyUnavailable = error { throw failure(error) }
    }
    // One of them does not open: find which.
    for name in names {
      do throws(StoreError) {
        try await compare(reader.secrets(of: [name]), &report)
      } catch {
        report.faults.append(fault(error, name))
      }
    }
  }

  private func compare(
    _ values: [FieldAddress: SecretBytes], _ report: inout Report
  ) async throws(StoreError) {
    let key = try await session.store.key?.present()
    report.secrets += values.count
    guard let key else { return }
    for (address, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let actual = snapshot.actual[address.connection],
        let applied = snapshot.applied[address.connection], applied.version == actual.version,
        case .sealed(_, let digest?, _)? = applied.fields[address.field]
      else { continue }
      if key.digest(value, in: actual.id, field: address.field) != digest {
        report.faults.append(
          Diagnostic(
            .storeCorrupt, "`\(address.field)` of `\(address.connection)` is not the applied value",
            at: location(address.connection),
            notes: ["its connection has the version of its record, which has another digest"],
            help: [
              "set it again, then apply: vaultctl set \(shellWord(address.connection.rawValue))"
                + " \(shellWord(address.field.rawValue)) && vaultctl apply"
            ]))
      }
    }
  }

  func tokens(_ report: inout Report) async throws {
    guard let tokens = session.store.tokens else { return }
    for name in names {
      do throws(StoreError) {
        let stored = try await tokens.openTokens(of: name)
        if stored.access != nil { report.tokens += 1 }
      } catch {
        report.faults.append(fault(error, name))
      }
    }
    for stray in try await session.strayTokens() where stray.record == nil {
      report.faults.append(
        Diagnostic(
          .storeCorrupt, "the tokens of `\(stray.key)` cannot be read, and no connection has them",
          notes: ["no connection is affected"],
          help: ["remove them: vaultctl tokens forget \(shellWord(stray.key))"]))
    }
  }

  func versions(_ report: inout Report) async throws {
    guard let history = session.store.history else { return }
    for name in names {
      do throws(StoreError) {
        let versions = try await history.versions(of: name)
        for version in versions where version.state == .present || version.state == .kept {
          _ = try await history.content(of: name, at: version.version)
        }
        report.versions += versions.count
        if !hasCheckedEvents { _ = try await history.events(of: name) }
      } catch {
        report.faults.append(fault(error, name))
      }
    }
  }

  private func location(_ name: ConnectionName) -> Location {
    .connection(name.rawValue, store: session.store.description.description)
  }

  private func failure(_ error: StoreError) -> Failure {
    Failure(Diagnostic(error, in: session.store.description))
  }

  private func fault(_ error: StoreError, _ name: ConnectionName) -> Diagnostic {
    Diagnostic(error, in: session.store.description, about: name)
  }
}

extension Diagnostic {
  init(_ fault: ContentFault, in store: StoreDescription) {
    self.init(
      .storeCorrupt,
      fault.name.map { "`\($0)` is not what was applied" } ?? "\(store) is not what was applied",
      at: fault.name.map { .connection($0, store: store.description) }, notes: [fault.reason],
      help: [
        "restore a backup: vaultctl store restore FILE",
        "or, if you know why, take it as it is: vaultctl store accept",
      ])
  }
}
