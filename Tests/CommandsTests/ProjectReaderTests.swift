import Commands
import Diagnostics
import Manifests
import Model
import Synchronization
import TestSupport
import Testing

@Suite struct ProjectReaderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func contents() throws -> ProjectContents {
    try ProjectReader.contents(of: ProjectFiles(root: folder.path))
  }

  private func writeProject(_ extra: String = "") throws {
    try folder.write(
      """
      apiVersion: vaultctl/v1
      kind: Project
      name: it
      recipients:
        - keys: [120F408B0FBE71D066AFA2FB60B08D8547395983]
      \(extra)
      """, to: "vaultctl.yaml")
  }

  private func manifest(_ name: String) -> String {
    """
    apiVersion: vaultctl/v1
    kind: Connection
    metadata: {name: \(name)}
    spec: {app: slack}

    """
  }

  @Test func onlyYAMLIsReadAsAManifest() throws {
    try writeProject()
    for name in ["a.yaml", "b.yml", "c.txt", ".d.yaml"] {
      try folder.write(manifest(String(name.first ?? "x")), to: "connections/" + name)
    }
    let contents = try contents()
    #expect(contents.manifests.map(\.file) == ["connections/a.yaml", "connections/b.yml"])
    #expect(contents.diagnostics.isEmpty)
    #expect(
      contents.sources.keys.sorted()
        == ["connections/a.yaml", "connections/b.yml", "vaultctl.yaml"])
  }

  @Test func anOverlayBelongsToItsEnvironmentAlone() throws {
    try writeProject("environments: {prod: }")
    try folder.write(manifest("a"), to: "connections/a.yaml")
    try folder.write(manifest("b"), to: "environments/prod/b.yaml")
    let contents = try contents()
    #expect(contents.manifests.map(\.environment) == [nil, "prod"])
    #expect(contents.states.map { $0.connections.map(\.name.rawValue) } == [["a"], ["a", "b"]])
  }

  @Test func aFolderOfManifestsThatIsMissingCountsAsEmpty() throws {
    try writeProject()
    let diagnostics = try contents().diagnostics
    #expect(diagnostics.map(\.code) == [.manifestsNotFound] && !diagnostics.hasErrors)
  }

  @Test func aMissingFileOfManifestsIsAnError() throws {
    try writeProject("manifests: [a.yaml, b]")
    let diagnostics = try contents().diagnostics
    #expect(diagnostics.map(\.code) == [.manifestsNotFound, .manifestsNotFound])
    #expect(diagnostics.map(\.severity) == [.error, .warning])
  }

  @Test func withoutAReadableProjectFileNothingIsRead() throws {
    #expect(throws: Diagnostic.self) { try contents() }
    try folder.write("name: [", to: "vaultctl.yaml")
    let failure = #expect(throws: Failure.self) { try contents() }
    #expect(failure?.diagnostics.hasErrors == true)
    #expect(failure?.sources.keys.contains("vaultctl.yaml") == true)
  }

  @Test func eachFileIsReadOnce() throws {
    try writeProject("environments: {prod: }\nmanifests: [connections, connections/sub]")
    try folder.write(manifest("a"), to: "connections/sub/a.yaml")
    try folder.write(manifest("b"), to: "environments/prod/b.yaml")
    let source = CountingSource(ProjectFiles(root: folder.path))
    _ = try ProjectReader.contents(of: source)
    #expect(
      source.reads == [
        "vaultctl.yaml": 1, "connections/sub/a.yaml": 1, "environments/prod/b.yaml": 1,
      ])
  }
}

/// Counts how often each file is read.
private final class CountingSource: ManifestSource {
  private let files: ProjectFiles
  private let counts = Mutex<[String: Int]>([:])

  init(_ files: ProjectFiles) { self.files = files }

  var reads: [String: Int] { counts.withLock { $0 } }

  func exists(_ path: String) -> Bool { files.exists(path) }
  func entries(at path: String) throws(Diagnostic) -> [SourceEntry] {
    try files.entries(at: path)
  }

  func read(_ names: [String], limit: Int) -> [Result<[UInt8], Diagnostic>] {
    counts.withLock { counts in for name in names { counts[name, default: 0] += 1 } }
    return files.read(names, limit: limit)
  }
}
