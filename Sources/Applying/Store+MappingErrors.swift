import Diagnostics
import Model
import Stores

extension Store {
  /// The result of a request; its errors as diagnostics about this store.
  func mappingErrors<R>(
    about name: ConnectionName? = nil, _ work: () async throws(StoreError) -> R
  ) async throws(Diagnostic) -> R {
    do throws(StoreError) {
      return try await work()
    } catch {
      throw name.map { Diagnostic(error, in: description, about: $0) }
        ?? Diagnostic(error, in: description)
    }
  }
}
