import Stores

extension KVEngine {
  /// The results for all items, in their order, with a bounded number of requests at once. After a failure
  /// nothing new is begun.
  ///
  /// - Parameter work: returns its failure and throws nothing: an optimized build of Swift 6.3 crashes where a
  ///   closure with a typed throw makes a task's result.
  /// - Throws: the failure of the first item that has one.
  static func inParallel<Item: Sendable, Output: Sendable>(
    _ items: [Item], _ work: @escaping @Sendable (Item) async -> Result<Output, StoreError>
  ) async throws(StoreError) -> [Output] {
    let results = await withTaskGroup(of: (Int, Result<Output, StoreError>).self) { group in
      var waiting = items.indices
      var results: [Int: Result<Output, StoreError>] = [:]
      var hasFailed = false
      func startNext() {
        guard !hasFailed, let index = waiting.popFirst() else { return }
        let item = items[index]
        group.addTask { (index, await work(item)) }
      }
      for _ in 0..<width { startNext() }
      while let (index, result) = await group.next() {
        results[index] = result
        if case .failure = result { hasFailed = true }
        startNext()
      }
      return results
    }
    var outputs: [Output] = []
    // Those that were not begun are after the one that failed.
    for index in items.indices {
      if let result = results[index] { outputs.append(try result.get()) }
    }
    return outputs
  }
}
