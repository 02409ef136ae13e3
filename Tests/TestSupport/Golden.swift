import Foundation
package import Testing

/// Compares a text with the file of that name in the folder `Golden` beside the test. With
/// `UPDATE_GOLDEN=1` the file is written anew, and the test fails, so that nobody leaves it set.
package func expectGolden(
  _ text: String, _ name: String, test: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let url = URL(fileURLWithPath: test).deletingLastPathComponent().appending(path: "Golden/\(name)")
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
    try Data(text.utf8).write(to: url)
    Issue.record("written: \(name)", sourceLocation: sourceLocation)
    return
  }
  let golden = String(decoding: try Data(contentsOf: url), as: UTF8.self)
  #expect(text == golden, sourceLocation: sourceLocation)
}
