/// What did not become true in time.
package struct NotInTime: Error, CustomStringConvertible {
  package let description: String

  package init(description: String) { self.description = description }
}

/// Checks a condition 50 times a second until it holds.
///
/// - Throws: `NotInTime` after the deadline; what the condition throws, at once.
package func eventually(
  within limit: Duration = .seconds(30), _ what: String, _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      throw NotInTime(description: "\(what): not within \(limit)")
    }
    try await Task.sleep(for: .milliseconds(20))
  }
}
