import Diagnostics
import Foundation
import Manifests
import Model
import SourceYAML
import Testing

/// A file of `Tests/Fixtures`. Its first lines say what must be found in it:
///
///     # expect: VC1104 9:5           a code and its line and column; `-` if it has no location
///     # expect: nothing              the file is valid
///     # schema: cannot judge, WHY    a schema cannot see what is wrong here
struct Fixture: Sendable, CustomTestStringConvertible {
  enum Kind: String, CaseIterable { case manifests, projects }

  let path: String
  let bytes: [UInt8]
  let expected: [String]
  let isCheckedBySchema: Bool

  var testDescription: String { URL(fileURLWithPath: path).lastPathComponent }
  var isRight: Bool { expected.isEmpty }

  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func all(_ kind: Kind) -> [Fixture] {
    let folder = repository.appending(path: "Tests/Fixtures/\(kind.rawValue)").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().compactMap { try? Fixture(folder + "/" + $0) }
  }

  private init(_ path: String) throws {
    self.path = path
    bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    func annotations(_ word: String) -> [String] {
      lines.compactMap { line in
        line.range(of: "# \(word): ").map { String(line[$0.upperBound...]) }
      }
    }
    expected = annotations("expect").filter { $0 != "nothing" }.sorted()
    isCheckedBySchema = annotations("schema").isEmpty
  }
}

extension Diagnostic {
  /// In a fixture's words.
  var inBrief: String {
    guard let start = location?.range?.start else { return "\(code.rawValue) -" }
    return "\(code.rawValue) \(start.line):\(start.column)"
  }
}

/// All that reading a manifest alone finds.
func manifestDiagnostics(_ bytes: [UInt8]) throws -> [Diagnostic] {
  let (yaml, faults) = YAMLFile.parse(bytes, file: "connections/fixture.yaml")
  let manifest = Manifest(yaml, parseFaults: faults, catalog: .builtIn)
  return DesiredState([manifest], project: try minimalProject()).diagnostics
}

func projectDiagnostics(_ bytes: [UInt8]) -> [Diagnostic] {
  let (yaml, faults) = YAMLFile.parse(bytes, file: Project.fileName)
  return Project.read(yaml, parseFaults: faults).diagnostics
}

func minimalProject() throws -> Project {
  let text = """
    apiVersion: vaultctl/v1
    kind: Project
    name: fixtures
    recipients:
      - keys: [120F408B0FBE71D066AFA2FB60B08D8547395983, 9B8B37935D3C93240657D90A4B8DC1D856111441]
    """
  let (yaml, faults) = YAMLFile.parse(Array(text.utf8), file: Project.fileName)
  return try #require(Project.read(yaml, parseFaults: faults).project)
}
