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
  /// - Throws: `StoreError.outcomeUnknown` if the look-up fails, or does not show what happened to a write whose
  ///   response was lost; `permissionDenied` if a mismatch was reported and may not be looked at.
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
      let found: WriteResult
      do throws(StoreError) {
        found = try await result(of: data, at: path, after: version, isLost: lost != nil)
      } catch {
        if lost == nil, case .permissionDenied = error { throw error }
        throw .outcomeUnknown(lost ?? "it reported another version, which could not be looked up")
      }
      switch found {
      case .unwritten: break
      case .ours: return true
      case .others: return false
      case .hidden: return try unresolved()
      }
    } while await retry.waitForNextAttempt()
    return try unresolved()
  }

  private enum WriteResult {
    /// The version is the one before the write.
    case unwritten
    case ours, others
    /// It was written, and the policy does not let us read what.
    case hidden
  }

  private func result(
    of data: [UInt8], at path: String, after version: Int64, isLost: Bool
  ) async throws(StoreError) -> WriteResult {
    let current = try await metadata(path)?.current ?? 0
    if current == version { return .unwritten }
    guard isLost || current == version + 1 else { return .others }
    guard try await mayReadData(path) else { return .hidden }
    let there = try await self.data(path, version: version + 1)?.data
    return there.map { SetupData.isSame(data, $0) } == true ? .ours : .others
  }
}
