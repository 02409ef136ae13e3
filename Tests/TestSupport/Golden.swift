package import Foundation
package import Testing

/// Compares a text with the file of that name in the folder `Golden` beside the test.
///
/// With `UPDATE_GOLDEN=1` the file is written instead, and the test fails, so that nobody leaves the
/// variable set.
package func expectGolden(
  _ text: String, _ name: String, test: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let url = goldenFolder(of: test).appending(path: name)
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    Issue.record("written: \(name)", sourceLocation: sourceLocation)
    return
  }
  guard let bytes = try? Data(contentsOf: url) else {
    Issue.record(
      "there is no Golden/\(name); UPDATE_GOLDEN=1 records it", sourceLocation: sourceLocation)
    return
  }
  let golden = String(decoding: bytes, as: UTF8.self)
  if text != golden {
    Issue.record(
      "not as in Golden/\(name):\n\(differences(from: golden, to: text))",
      sourceLocation: sourceLocation)
  }
}

/// The folder `Golden` beside a test's source.
package func goldenFolder(of test: String = #filePath) -> URL {
  URL(fileURLWithPath: test).deletingLastPathComponent().appending(path: "Golden")
}

/// The lines that are only in one of two texts, with their numbers.
private func differences(from golden: String, to text: String) -> String {
  let old = golden.split(separator: "\n", omittingEmptySubsequences: false)
  let new = text.split(separator: "\n", omittingEmptySubsequences: false)
  let lines = new.difference(from: old).map { change -> (offset: Int, line: String) in
    switch change {
    case .remove(let offset, let line, _): (offset, "-\(offset + 1): \(line)")
    case .insert(let offset, let line, _): (offset, "+\(offset + 1): \(line)")
    }
  }
  return lines.sorted { $0.offset < $1.offset }.map(\.line).joined(separator: "\n")
}
