import Model
import Stores

extension KVEngine {
  /// A write, and whatever became of it where its answer is lost.
  ///
  /// A version that does not match is believed only where another one is there: a standby that is
  /// behind says so too. Behind a lost answer, that may be our own.
  func putSurely(
    _ path: String, data: [UInt8], after version: Int64
  ) async throws(StoreError) -> Written {
    var lost: String?
    for attempt in 0..<6 {
      switch try await put(path, data: data, after: version) {
      case .written: return .written
      case .mismatch: break
      case .unknown(let reason): lost = reason
      }
      if try await metadata(path)?.current ?? 0 != version {
        guard let lost else { return .mismatch }
        guard try await mayReadData(path) else { return .unknown(lost) }
        let there = try await self.data(path, version: version + 1)?.data
        return there.map { SetupData.isSame(data, $0) } == true ? .written : .mismatch
      }
      await api.wait(attempt)
    }
    return lost.map { .unknown($0) } ?? .mismatch
  }
}
