import Synchronization

/// Work that is done once for all callers that need it at the same time, such as a login.
package final class SingleFlight<Value: Sendable>: Sendable {
  private typealias Running = Task<Result<Value, StoreError>, Never>
  private let running = Mutex<Running?>(nil)

  package init() {}

  /// The result of `work`, or of the one that is already in progress.
  package func value(
    _ work: @escaping @Sendable () async throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let task = running.withLock { running in
      if let running { return running }
      let task = Running {
        defer { self.running.withLock { $0 = nil } }
        do throws(StoreError) {
          return .success(try await work())
        } catch {
          return .failure(error)
        }
      }
      running = task
      return task
    }
    return try await task.value.get()
  }
}
