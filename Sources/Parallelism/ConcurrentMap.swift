private import Dispatch
private import Foundation
private import Synchronization

extension RandomAccessCollection where Self: Sendable, Element: Sendable, Index == Int {
  /// Maps on all cores; the results are those of `map`, in the same order. For work that computes
  /// and does not wait.
  ///
  /// It is a target of its own because it needs Dispatch, which the pure core must not name. The
  /// core may still use it: for a pure `transform`, the threads do not affect the result.
  package func concurrentMap<Output: Sendable>(
    _ transform: @Sendable (Element) -> Output
  ) -> [Output] {
    // A few parts for each core, so that a slow part delays little.
    let parts = Swift.min(ProcessInfo.processInfo.activeProcessorCount * 4, count / 16)
    if parts < 2 { return map(transform) }
    let results = Mutex([[Output]](repeating: [], count: parts))
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let range = startIndex + count * part / parts..<startIndex + count * (part + 1) / parts
      let found = self[range].map(transform)
      results.withLock { $0[part] = found }
    }
    return results.withLock { $0.flatMap(\.self) }
  }
}
