/// A claim that did not hold in time.
package struct NotInTime: Error, CustomStringConvertible {
  package let description: String

  package init(description: String) { self.description = description }
}

/// Checks a claim again and again, 20 times a second, until it holds.
///
/// - Throws: `NotInTime` with the claim after the limit; what the claim throws.
package func eventually(
  _ what: String, within limit: Duration = .seconds(180), every pause: Duration = .milliseconds(50),
  _ claim: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while try await !claim() {
    guard ContinuousClock.now < end else {
      throw NotInTime(description: "\(what): not in \(limit)")
    }
    try await Task.sleep(for: pause)
  }
}
