import Dispatch
import Foundation
import Synchronization

extension RandomAccessCollection where Self: Sendable, Element: Sendable, Index == Int {
  /// Maps on all cores; the results are in order. For work that does not wait.
  package func concurrentMap<Result: Sendable>(
    _ transform: @Sendable (Element) -> Result
  ) -> [Result] {
    // A few parts for each core, so that a slow one holds up little.
    let parts = Swift.min(ProcessInfo.processInfo.activeProcessorCount * 4, count / 16)
    if parts < 2 { return map(transform) }
    let results = Mutex([[Result]](repeating: [], count: parts))
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let range = startIndex + count * part / parts..<startIndex + count * (part + 1) / parts
      let found = self[range].map(transform)
      results.withLock { $0[part] = found }
    }
    return results.withLock { $0.flatMap(\.self) }
  }
}
