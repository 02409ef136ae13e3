import Applying
import SQLiteStore
import Diagnostics
import Manifests
import Model
import OpenPGP
import Planning
import Secrets
import Stores

extension Session {
  /// A plan of the present manifests against the present store.
  ///
  /// 1. The store is read; nothing is written, and nothing opened.
  /// 2. Only where a ciphertext is another than was applied, and a key for it is at hand, it is
  ///    opened and compared with the store's keyed digest.
  /// 3. The plan is made from these.
  func plan(_ options: PlanningOptions) async throws -> Plan {
    let snapshot = try await read()
    let desired = workspace.state.connections
    let unknown = unknownTargets(options.targets ?? [], desired: desired, snapshot: snapshot)
    if !unknown.isEmpty { throw Failure(unknown.map { .unknownTarget($0) }) }
    let changed = undecidedSecrets(
      desired: desired, snapshot: snapshot, targets: options.targets)
    let comparisons = changed.isEmpty ? [:] : try await compare(changed, desired)
    var options = options
    options.store = store.description.description
    return Planning.plan(
      PlanningInput(
        desired: desired, snapshot: snapshot, catalog: workspace.catalog,
        comparisons: comparisons, options: options))
  }

  private func compare(
    _ addresses: [FieldAddress], _ desired: [DesiredConnection]
  ) async throws -> [FieldAddress: SecretComparison] {
    let byName = Dictionary(desired.map { ($0.name, $0) }) { first, _ in first }
    let own = Set(try await keyring.secretKeys().flatMap(\.encryptionKeyIDs).map(\.rawValue))
    let fields = addresses.compactMap {
      address -> (address: FieldAddress, message: SealedMessage, place: Place)? in
      guard let connection = byName[address.connection],
        let message = connection.setup?.sealed[address.field],
        message.keyIDs.contains(where: own.contains)
      else { return nil }
      return (address, message, connection.origin.place(of: address.field))
    }
    var values: [(field: FieldAddress, value: SecretBytes)] = []
    var faults: [Diagnostic] = []
    for (field, result) in zip(fields, await sealing.open(fields)) {
      switch result {
      case .success(let value): values.append((field.address, value))
      // A key that cannot be used now is as none; a message that lies is an error.
      case .failure(let fault) where fault.code.meansNoKey: continue
      case .failure(let fault): faults.append(fault)
      }
    }
    if !faults.isEmpty { throw Failure(faults, sources: workspace.sources) }
    do throws(StoreError) {
      let compared = try await store.compare(values)
      return Dictionary(
        zip(values, compared).compactMap { value, found in found.map { (value.field, $0) } }
      ) { first, _ in first }
    } catch {
      if case .keyUnavailable = error { return [:] }
      throw Failure(Diagnostic(error, in: store.description))
    }
  }
}

extension DiagnosticCode {
  fileprivate var meansNoKey: Bool {
    [.noSecretKey, .agentUnavailable, .cancelled, .deadlineExceeded, .gpgUnavailable].contains(self)
  }
}

extension Diagnostic {
  fileprivate static func unknownTarget(_ name: ConnectionName) -> Diagnostic {
    Diagnostic(
      .unknownTarget, "no connection `\(name)` to target",
      notes: ["it is neither declared nor in the store"], help: ["see all: vaultctl status"])
  }
}
