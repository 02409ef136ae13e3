/// What was not so in time.
package struct NotInTime: Error, CustomStringConvertible {
  package let description: String

  package init(description: String) { self.description = description }
}

/// Asks again, 20 times a second, until something is so.
///
/// - Throws: `NotInTime` with the claim after the limit; what the claim throws.
package func eventually(
  _ what: String, within limit: Duration = .seconds(60), _ claim: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while try await !claim() {
    guard ContinuousClock.now < end else {
      throw NotInTime(description: "\(what): not in \(limit)")
    }
    try await Task.sleep(for: .milliseconds(50))
  }
}
