import Foundation
import TestSupport
import Testing

@Suite struct GoldenFileTests {
  /// A transcript lies in `Golden/SUITE/TEST.txt`, or `TEST.CASE.txt`.
  @Test func everyTranscriptBelongsToATest() throws {
    let folder = goldenFolder()
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      let parts = name.split(separator: "/")
      guard parts.count == 2, parts[0].hasSuffix("Tests") else { continue }
      let source = folder.deletingLastPathComponent().appending(path: "\(parts[0]).swift")
      let text = try String(contentsOf: source, encoding: .utf8)
      #expect(text.contains("func \(parts[1].prefix { $0 != "." })("), "Golden/\(name)")
    }
  }
}
