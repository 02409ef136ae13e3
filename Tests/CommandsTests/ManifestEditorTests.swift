import Commands
import Diagnostics
import FileChanges
import Foundation
import Manifests
import Model
import TestSupport
import Testing

@Suite struct ManifestEditorTests {
  private static let head = """
    # kept
    apiVersion: vaultctl/v1
    kind: Connection
    metadata:
      name: a   # the name

    """
  private let folder: TemporaryFolder
  private let files: ProjectFiles

  init() throws {
    folder = try TemporaryFolder()
    files = ProjectFiles(root: folder.path)
    try folder.write(
      """
      apiVersion: vaultctl/v1
      kind: Project
      name: it
      recipients:
        - keys: [120F408B0FBE71D066AFA2FB60B08D8547395983]

      """, to: "vaultctl.yaml")
  }

  /// The manifest that this text is.
  private func manifest(_ spec: String) throws -> Manifest {
    try folder.write(Self.head + spec, to: "connections/a.yaml")
    return try #require(ProjectReader.contents(of: files).manifests.first)
  }

  private func editor() throws -> ManifestEditor {
    ManifestEditor(contents: try ProjectReader.contents(of: files))
  }

  private func write(_ change: FileChange) throws { _ = try files.write([change]) }

  private func set(_ field: FieldName, _ text: String, in manifest: Manifest) throws {
    let document = try #require(manifest.documents.first)
    try write(
      editor().change([FieldEdit(document: document, field: field, text: text)], to: manifest))
  }

  private func text() throws -> String { try folder.read("connections/a.yaml") }

  @Test func aValueIsReplacedInItsPlace() throws {
    let spec = "spec:\n  app: http\n  setup: # why\n    type: bearer\n    token: old  # note\n"
    try set("token", "new", in: manifest(spec))
    #expect(
      try text() == Self.head + spec.replacingOccurrences(of: "old", with: "new"))
  }

  @Test func anAbsentFieldIsAdded() throws {
    try set("token", "new", in: manifest("spec:\n  app: http\n  setup:\n    type: bearer\n"))
    #expect(
      try text() == Self.head + "spec:\n  app: http\n  setup:\n    type: bearer\n    token: new\n")
  }

  @Test func anEmptyConnectionGetsASetupOfTheFieldsType() throws {
    try set("token", "new", in: manifest("spec:\n  app: http\n"))
    let read = try #require(ProjectReader.contents(of: files).manifests.first?.documents.first)
    #expect(read.hasSetup && read.slot("token") != nil)
  }

  @Test func aFieldOfNoSetupIsRefusedAndNothingIsWritten() throws {
    let manifest = try manifest("spec:\n  app: twilio\n")
    let before = try text()
    let fault = #expect(throws: Diagnostic.self) { try set("nonsense", "new", in: manifest) }
    #expect(fault?.code == .unknownField)
    #expect(try text() == before)
  }

  @Test func aValueThatAnAnchorSharesIsRefused() throws {
    try folder.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      spec:
        app: http
        setup: {type: bearer, token: &shared old}
      metadata:
        name: a
        labels: {team: *shared}

      """, to: "connections/a.yaml")
    let manifest = try #require(ProjectReader.contents(of: files).manifests.first)
    let before = try text()
    let fault = #expect(throws: Diagnostic.self) { try set("token", "new", in: manifest) }
    #expect(fault?.code == .sharedValue)
    #expect(try text() == before)
  }

  @Test func aRenameWritesNameAndFormerName() throws {
    let manifest = try manifest("spec:\n  app: http\n")
    let document = try #require(manifest.documents.first)
    try write(
      editor().change(
        [],
        renames: [
          RenameEdit(document: document, name: try Sample.name("b"), formerNames: [document.name])
        ], to: manifest))
    let read = try #require(ProjectReader.contents(of: files).manifests.first?.documents.first)
    #expect(read.name.rawValue == "b" && read.formerNames.map(\.rawValue) == ["a"])
    #expect(try text().contains("# the name"))
  }

  @Test func severalFormerNamesAreAList() throws {
    let manifest = try manifest("spec:\n  app: http\n")
    let document = try #require(manifest.documents.first)
    try write(
      editor().change(
        [],
        renames: [
          RenameEdit(
            document: document, name: try Sample.name("c"),
            formerNames: [try Sample.name("a"), try Sample.name("b")])
        ], to: manifest))
    let read = try #require(ProjectReader.contents(of: files).manifests.first?.documents.first)
    #expect(read.formerNames.map(\.rawValue) == ["a", "b"])
  }
}
