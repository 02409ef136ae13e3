import Diagnostics
import Encodings
import FileChanges
import Manifests
import Model

/// A new connection as a person enters it on a page. Its secrets are none of it: they follow.
struct ConnectionDraft: Sendable {
  let name: ConnectionName
  /// `nil` for the base.
  let environment: String?
  private let app: String
  /// `nil`: an empty connection.
  private let setup: String?
  private let fields: [String: String]
  /// The fields whose secrets will follow.
  let secrets: [FieldName]
  private let scopes: [Scope]?

  /// - Parameter json: `name`, `app`, and if there are such `env`, `setup`, `fields`, `secrets`,
  ///   `scopes`.
  /// - Throws: what is wrong with it.
  init(_ json: [UInt8]) throws {
    let tree = try JSONTree.request(json)
    guard let app = try tree.text("app") else {
      throw Failure(Diagnostic(.unknownApp, "no app chosen"))
    }
    guard let name = try tree.text("name").flatMap({ ConnectionName($0) }) else {
      throw Failure(.invalidNewName)
    }
    self.name = name
    self.app = app
    environment = try tree.text("env")
    setup = try tree.text("setup")
    fields = try tree.texts("fields")
    secrets = try (tree.list("secrets") ?? []).map { FieldName($0) }
    scopes = try tree.list("scopes").map { $0.map { Scope($0) } }
  }

  /// The manifest, in a file that does not exist.
  ///
  /// - Parameter sealed: messages of secret fields.
  /// - Throws: all that is wrong with the values.
  func manifest(
    in workspace: Workspace, sealed: [FieldName: String] = [:]
  ) throws -> FileChange {
    if let present = try workspace.declaration(of: name) {
      throw Failure(.alreadyDeclared(present))
    }
    guard let app = workspace.catalog[AppID(app)] else {
      throw Failure(Diagnostic(.unknownApp, "unknown app"))
    }
    let shape = try setup.map { text throws in
      guard let shape = app.setup(SetupType(text)) else {
        throw Failure(Diagnostic(.unknownSetupType, "`\(app.id)` has no such setup"))
      }
      return shape
    }
    let text = Scaffold.connection(
      name: name, app: app, shape: shape,
      values: try values(of: shape).merging(sealed) { $1 }, following: secrets, scopes: scopes)
    return FileChange(workspace.newFiles(for: [name])[name], from: nil, to: Array(text.utf8))
  }

  private func values(of shape: SetupShape?) throws -> [FieldName: String] {
    var values: [FieldName: String] = [:]
    var faults: [Diagnostic] = []
    for (name, text) in fields.sorted(by: { $0.key < $1.key }) where !text.isEmpty {
      guard let field = shape?[FieldName(name)], !field.isSecret else {
        faults.append(Diagnostic(.unknownField, "the setup has no such field that is not secret"))
        continue
      }
      if let violation = field.constraint.violation(of: text) {
        faults.append(Diagnostic(violation.code, "`\(field.name)` \(violation.reason)"))
      } else {
        values[field.name] = text
      }
    }
    if !faults.isEmpty { throw Failure(faults) }
    return values
  }
}
