import Diagnostics
import Model
import Stores

/// Why one connection was not copied.
struct StoreCopyFailure: Error {
  let diagnostic: Diagnostic
  var leavesDoubt = false
  var stopsTheRun = false

  init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }

  init(_ error: StoreError, in store: StoreDescription, about name: ConnectionName) {
    diagnostic = Diagnostic(error, in: store, about: name)
    leavesDoubt = error.leavesDoubt
    stopsTheRun = error.stopsTheRun
  }
}

extension Store {
  /// The result of a request about a connection that is copied.
  func copying<R>(
    _ name: ConnectionName, _ work: () async throws(StoreError) -> R
  ) async throws(StoreCopyFailure) -> R {
    do throws(StoreError) {
      return try await work()
    } catch {
      throw StoreCopyFailure(error, in: description, about: name)
    }
  }
}
