import Applying
import Diagnostics
import Manifests
import Model
import Planning
import Secrets
import Stores

/// Compares secrets whose ciphertext changed with the values that were applied.
struct SecretComparer {
  private let session: Session
  private let snapshot: Snapshot
  private let isOffline: Bool
  private let desired: [ConnectionName: DesiredConnection]

  init(_ session: Session, _ snapshot: Snapshot, isOffline: Bool) {
    self.session = session
    self.snapshot = snapshot
    self.isOffline = isOffline
    desired = Dictionary(session.workspace.state.connections.map { ($0.name, $0) }) { first, _ in
      first
    }
  }

  /// 1. Fields are opened if a key is available.
  /// 2. The store compares their values by its keyed digest.
  ///
  /// - Returns: the comparisons that could be made; none if the store's key is unavailable.
  /// - Throws: all messages that are damaged, or whose binding or signature does not verify.
  func comparisons(
    of addresses: [FieldAddress]
  ) async throws -> [FieldAddress: SecretComparison] {
    let values = try await openedValues(of: addresses)
    do throws(StoreError) {
      let compared = try await session.store.compare(
        values.map { value in
          let name = desired[value.field.connection].map { snapshot.counterpart(of: $0).name }
          let address = FieldAddress(name ?? value.field.connection, value.field.field)
          return (address, value.value)
        }, with: snapshot.applied, isOffline: isOffline)
      return Dictionary(
        zip(values, compared).compactMap { value, found in found.map { (value.field, $0) } }
      ) { first, _ in first }
    } catch {
      if case .keyUnavailable = error { return [:] }
      throw Failure(Diagnostic(error, in: session.store.description))
    }
  }

  private func openedValues(
    of addresses: [FieldAddress]
  ) async throws -> [(field: FieldAddress, value: SecretBytes)] {
    let own = try await session.keyring.openingKeys()
    let fields = addresses.compactMap { desired[$0.connection]?.sealedField($0.field) }
      .filter { own.mayOpen($0.message) }
    var values: [(field: FieldAddress, value: SecretBytes)] = []
    var faults: [Diagnostic] = []
    for (field, result) in zip(fields, await session.sealer.open(fields)) {
      switch result {
      case .success(let value): values.append((field.address, value))
      // A key that is currently unusable is treated as missing.
      case .failure(let fault) where fault.code.isKeyUnavailable: continue
      case .failure(let fault): faults.append(fault)
      }
    }
    if !faults.isEmpty { throw Failure(faults, sources: session.workspace.sources) }
    return values
  }
}

extension DiagnosticCode {
  fileprivate var isKeyUnavailable: Bool {
    [.noSecretKey, .agentUnavailable, .cancelled, .deadlineExceeded, .gpgUnavailable].contains(self)
  }
}
