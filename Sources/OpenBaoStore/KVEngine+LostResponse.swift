import Model
import Pacing
import Stores

extension KVEngine {
  /// A write that looks up its own result if the response is lost.
  ///
  /// A version mismatch is trusted only if the current version differs: a standby that lags reports it
  /// too. The current one may be our own, from a lost response, or from one that a standby gave for a
  /// leader that died.
  ///
  /// - Returns: `false` if another process wrote first.
  /// - Throws: `StoreError.outcomeUnknown` if the response was lost and the look-up does not show what became
  ///   of the write; the errors of the look-up itself.
  func writeResolvingLostResponse(
    _ path: String, data: [UInt8], after version: Int64
  ) async throws(StoreError) -> Bool {
    var lost: String?
    func unresolved() throws(StoreError) -> Bool {
      if let lost { throw .outcomeUnknown(lost) }
      return false
    }
    var retry = Retry(RetryPolicy(.attempts(6), BaoAPI.backoff), api.runtime)
    repeat {
      switch try await put(path, data: data, after: version) {
      case .written: return true
      case .mismatch: break
      case .unknown(let reason): lost = reason
      }
      let current = try await metadata(path)?.current ?? 0
      if current != version {
        guard lost != nil || current == version + 1 else { return false }
        guard try await mayReadData(path) else { return try unresolved() }
        let there = try await self.data(path, version: version + 1)?.data
        return there.map { SetupData.isSame(data, $0) } == true
      }
    } while await retry.waitForNextAttempt()
    return try unresolved()
  }
}
