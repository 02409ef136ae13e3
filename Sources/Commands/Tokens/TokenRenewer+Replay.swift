import Diagnostics
import Model
import Renewing
import Stores

extension TokenRenewer {
  /// Saves the responses that a killed process left, before something that they would not survive.
  ///
  /// - Parameter names: the connections that it is about; `nil` for all.
  /// - Throws: if one of theirs could not be saved.
  func saveWaitingResponses(
    of names: Set<ConnectionName>? = nil, _ console: Console
  ) async throws {
    let replayed = try await replayed(subjects(try await session.read()))
    console.report(replayed.compactMap(\.diagnostic))
    let faults = replayed.compactMap(\.unsaved)
      .filter { names?.contains($0.name) ?? true }
      .compactMap { $0.diagnostic(in: session) }
    if !faults.isEmpty { throw Failure(faults) }
  }

  /// Saves the responses that a killed process left.
  ///
  /// - Parameter exceptions: connections whose exchanges are in progress here.
  func replayed(
    _ subjects: [ConnectionName: RenewalSubject], except exceptions: Set<ConnectionName> = []
  ) async throws -> [ReplayOutcome] {
    try await session.mappingStoreErrors { () async throws(StoreError) in
      try await renewer.replay(subjects, except: exceptions)
    }
  }
}
