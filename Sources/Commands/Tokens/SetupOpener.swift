package import Model
package import Secrets
package import Stores

/// Opens the setups of many connections; one that cannot be opened keeps none of the others from it.
package struct SetupOpener: Sendable {
  /// The opened setups, and why others could not be opened.
  package typealias Opened = (
    secrets: [FieldAddress: SecretBytes], failures: [ConnectionName: StoreError]
  )

  /// Maximum number of parallel requests.
  private static let width = 16

  private let reader: any SecretReader

  package init(_ reader: any SecretReader) { self.reader = reader }

  /// All in one batch; each by itself if that fails because of one of them.
  ///
  /// - Throws: if the store, or its key, is not available.
  package func opened(_ names: Set<ConnectionName>) async throws(StoreError) -> Opened {
    do throws(StoreError) {
      return (try await reader.secrets(of: names), [:])
    } catch {
      guard error.maySpareOthers else { throw error }
      return try await openedOneByOne(names)
    }
  }

  private func openedOneByOne(_ names: Set<ConnectionName>) async throws(StoreError) -> Opened {
    typealias One = (name: ConnectionName, result: Result<[FieldAddress: SecretBytes], StoreError>)
    let all = await withTaskGroup(of: One.self) { group in
      var waiting = names.sorted()[...]
      var all: [One] = []
      var isStoreAway = false
      func startNext() {
        guard !isStoreAway, let name = waiting.popFirst() else { return }
        group.addTask { (name, await self.openedAlone(name)) }
      }
      for _ in 0..<Self.width { startNext() }
      while let one = await group.next() {
        all.append(one)
        if case .failure(let error) = one.result, !error.maySpareOthers { isStoreAway = true }
        startNext()
      }
      return all
    }
    var opened: Opened = ([:], [:])
    for (name, result) in all {
      switch result {
      case .success(let secrets): opened.secrets.merge(secrets) { $1 }
      case .failure(let error):
        guard error.maySpareOthers else { throw error }
        opened.failures[name] = error
      }
    }
    return opened
  }

  /// It throws nothing: see `KVEngine.inParallel`.
  private func openedAlone(
    _ name: ConnectionName
  ) async -> Result<[FieldAddress: SecretBytes], StoreError> {
    do throws(StoreError) {
      return .success(try await reader.secrets(of: [name]))
    } catch {
      return .failure(error)
    }
  }
}

extension StoreError {
  /// Whether it may be the failure of one connection, while others can be read.
  fileprivate var maySpareOthers: Bool {
    switch self {
    case .permissionDenied, .refused, .corrupt, .notFound, .versionConflict, .ownedByOther,
      .tokensMoved, .nameTaken:
      true
    case .unavailable, .busy, .modeTooLoose, .isSymlink, .lockLost, .tooNew, .notAStore,
      .keyUnavailable, .keyNotSealed, .writeFailed, .misconfigured, .unauthorized,
      .outcomeUnknown, .unfinished, .ledgerFailed, .ledgerRejected, .ledgerUnreachable,
      .ledgerUntrusted, .ledgerMoved:
      false
    }
  }
}
