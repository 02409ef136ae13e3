package import Model

/// A connection that another tool had, as a manifest may declare it.
package struct ImportDraft: Sendable {
  package let name: ConnectionName
  package let app: App
  /// `nil`: an empty connection.
  package let shape: SetupShape?
  package let plain: [FieldName: String]
  /// These texts must only go into sealed messages.
  package let secrets: [FieldName: String]
  package let scopes: [Scope]?
  package let labels: [String: String]
  package let preventsDestroy: Bool
  /// The store's id; `nil` if the source does not say.
  package let id: StoreID?
  /// The store's version when the source was written; `nil` if the source does not say.
  package let version: StoreVersion?
  package let origin: String
  /// What was left out, and why, for people.
  package let left: [String]

  /// Why a connection cannot be taken.
  package enum Refusal: Error, Hashable, Sendable {
    case invalidName
    /// A keyword of auth0-deploy-cli without a value is a part of its name.
    case keywordInName
    case unknownApp(String)
    /// With the setups that the app has.
    case unknownSetup(String, known: [SetupType])
  }

  /// 1. The app is the catalog's, in lower case.
  /// 2. The setup is the one that is named, or the only one that has all the fields.
  /// 3. Placeholders, references and other tools' ciphertexts are no values: their fields stay empty.
  ///
  /// - Parameter hasKeywords: the source may have keywords of auth0-deploy-cli.
  package init(
    _ foreign: ForeignConnection, _ catalog: Catalog, hasKeywords: Bool
  ) throws(Refusal) {
    if hasKeywords, Keywords.remain(in: foreign.name) { throw .keywordInName }
    guard let name = ConnectionName(foreign.name) else { throw .invalidName }
    guard let app = catalog[AppID(foreign.app.lowercased())] ?? catalog[AppID(foreign.app)] else {
      throw .unknownApp(foreign.app)
    }
    self.name = name
    self.app = app
    origin = foreign.origin
    scopes = foreign.scopes.map { $0.map { Scope($0) } }
    (labels, preventsDestroy) = (foreign.labels, foreign.preventsDestroy)
    id = foreign.id.map { StoreID($0) }
    version = foreign.version.map { StoreVersion($0) }
    let names = Set(foreign.fields.keys.map { FieldName($0) }).subtracting(["type"])
    let shape = try Self.shape(foreign, app, names)
    self.shape = shape
    var (plain, secrets): ([FieldName: String], [FieldName: String]) = ([:], [:])
    var left = foreign.left
    for (key, text) in foreign.fields.sorted(by: { $0.key < $1.key }) {
      let field = FieldName(key)
      if field == "type" {
        left.append("`type`, which is the setup's type and not a field")
        continue
      }
      if text.isEmpty {
        left.append("`\(field)`, which is empty")
        continue
      }
      guard let shape, shape[field] != nil || shape.isOpen else {
        left.append("`\(field)`, which the catalog's setup does not have")
        continue
      }
      if let foreign = ForeignValue(text.utf8.span) {
        left.append("`\(field)`, which holds \(foreign.object)")
      } else if hasKeywords, Keywords.remain(in: text) {
        left.append("`\(field)`, which holds a keyword without a value")
      } else if let violation = shape[field]?.constraint.violation(of: text) {
        left.append("`\(field)`, which \(violation.reason)")
      } else if shape.isSecret(field, publicFields: []) {
        secrets[field] = text
      } else {
        plain[field] = text
      }
    }
    (self.plain, self.secrets, self.left) = (plain, secrets, left)
  }

  private static func shape(
    _ foreign: ForeignConnection, _ app: App, _ fields: Set<FieldName>
  ) throws(Refusal) -> SetupShape? {
    if let type = foreign.type {
      let found = [type, type.lowercased()].lazy.compactMap { app.setup(SetupType($0)) }.first
      guard let found else { throw .unknownSetup(type, known: app.setups.map(\.type)) }
      return found
    }
    if fields.isEmpty { return nil }
    let fitting = app.setups.filter { shape in
      fields.allSatisfy { shape[$0] != nil || shape.isOpen }
    }
    guard let only = fitting.first, fitting.count == 1 else {
      throw .unknownSetup("", known: app.setups.map(\.type))
    }
    return only
  }
}
