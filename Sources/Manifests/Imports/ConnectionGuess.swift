import Model

/// The connections of a file without a mapping, where its keys are a connection's own: a mapping that names
/// its app, or one whose keys are the fields of exactly one setup in the catalog.
struct ConnectionGuess {
  private let shapes: [(app: AppID, shape: SetupShape)]
  private(set) var found: [ForeignConnection] = []
  private(set) var unread: [UnreadPart] = []

  init(_ catalog: Catalog) {
    shapes = catalog.apps.values.sorted { $0.id < $1.id }.flatMap { app in
      app.setups.map { (app.id, $0) }
    }
  }

  /// - Parameter origin: where the data is, for people.
  mutating func collect(_ data: ImportedData, key: String? = nil, _ origin: String) {
    switch data {
    case .list(let items):
      for (index, item) in items.enumerated() { collect(item, "\(origin), item \(index + 1)") }
    case .mapping(let members):
      if let connection = declared(data, key, origin) ?? fitting(members, key, origin) {
        found.append(connection)
        return
      }
      for member in members {
        let place = key == nil ? "\(origin), `\(member.key)`" : "\(origin).`\(member.key)`"
        collect(member.value, key: member.key, place)
      }
    case .text, .entry, .literal: unread.append(.noConnection(origin))
    case .null: break
    }
  }

  /// A mapping that says which app it is for: its fields are in `setup` or `fields`, or beside the app.
  private func declared(
    _ data: ImportedData, _ key: String?, _ origin: String
  ) -> ForeignConnection? {
    if data["kind"]?.text == "Connection" {
      return ForeignConnection(manifest: data, origin: origin)
    }
    guard let app = ["app", "app_id", "appId"].lazy.compactMap({ data[$0]?.text }).first,
      let name = data["name"]?.text ?? key
    else { return nil }
    var fields = ForeignFields()
    for name in ["setup", "fields"] { fields.take(data[name], named: name) }
    let isAnswer = data["app"] == nil
    let others = data.members.filter { member in
      !Self.ownKeys.contains(member.key)
        && !(isAnswer && Self.answers.contains(member.key) && !hasField(member.key, app))
    }
    if ["setup", "fields"].contains(where: { data[$0]?.isMapping ?? false }) {
      for other in others where other.value != .null {
        fields.leave(other.key, "which is beside the setup")
      }
    } else {
      fields.take(others)
    }
    if fields.type == nil { fields.take(data.members.filter { $0.key == "type" }) }
    let scopes = fields.scopes(data["scopes"])
    return ForeignConnection(
      name: name, app: app, type: fields.type, fields: fields.texts, scopes: scopes,
      origin: origin, left: fields.left)
  }

  private static let ownKeys: Set = [
    "app", "app_id", "appId", "name", "type", "scopes", "setup", "fields",
  ]
  /// What the Management API answers beside `name`, `app_id` and `setup`.
  private static let answers: Set = [
    "id", "fingerprint", "environment", "account_name", "ready", "created_at", "updated_at",
    "refreshed_at",
  ]

  private func hasField(_ key: String, _ app: String) -> Bool {
    shapes.contains {
      ($0.app == AppID(app) || $0.app == AppID(app.lowercased())) && $0.shape[FieldName(key)] != nil
    }
  }

  /// A mapping of texts, if one setup alone has all their keys and needs no other.
  private func fitting(
    _ members: [ImportedData.Member], _ key: String?, _ origin: String
  ) -> ForeignConnection? {
    guard let key, !members.isEmpty, members.count <= 64,
      members.allSatisfy({ $0.value.text != nil })
    else { return nil }
    let names = Set(members.map { FieldName($0.key) })
    let fitting = shapes.filter { _, shape in
      names.allSatisfy { shape[$0] != nil } && shape.missing(from: names).isEmpty
    }
    guard let only = fitting.first, fitting.count == 1 else { return nil }
    return ForeignConnection(
      name: key, app: only.app.rawValue, type: only.shape.type.rawValue,
      fields: Dictionary(
        members.compactMap { member in member.value.text.map { (member.key, $0) } }
      ) {
        $1
      }, origin: origin)
  }
}
