import Model

/// The connections of a file without a mapping, where its keys are a connection's own: a mapping that names
/// its app, or one whose keys are the fields of exactly one setup in the catalog.
struct ConnectionGuess {
  private let shapes: [(app: AppID, shape: SetupShape)]
  private(set) var found: [ForeignConnection] = []
  private(set) var unread: [String] = []

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
    case .text, .entry, .literal: unread.append(origin)
    case .null: break
    }
  }

  /// A mapping that says which app it is for.
  private mutating func declared(
    _ data: ImportedData, _ key: String?, _ origin: String
  ) -> ForeignConnection? {
    if data["kind"]?.text == "Connection" { return manifest(data, origin) }
    if let connection = ForeignConnection(data, origin: origin) { return connection }
    guard let app = data["app", "app_id"]?.text, let name = data["name"]?.text ?? key else {
      return nil
    }
    let own: Set = ["app", "app_id", "name", "type", "scopes", "setup", "fields"]
    let inner = data["setup", "fields"]
    let members = inner?.members ?? data.members.filter { !own.contains($0.key) }
    return ForeignConnection(
      name: name, app: app, type: inner?["type"]?.text ?? data["type"]?.text,
      fields: texts(members, origin), scopes: scopes(data["scopes"], origin), origin: origin)
  }

  /// A document in the form of our own manifests, as people encrypt them with other tools.
  private mutating func manifest(_ data: ImportedData, _ origin: String) -> ForeignConnection? {
    let spec = data["spec"]
    guard let name = data["metadata"]?["name"]?.text, let app = spec?["app"]?.text else {
      return nil
    }
    return ForeignConnection(
      name: name, app: app, type: spec?["setup"]?["type"]?.text,
      fields: texts(spec?["setup"]?.members ?? [], origin),
      scopes: scopes(spec?["scopes"], origin), origin: origin)
  }

  /// What is no text is noted as unread.
  private mutating func texts(
    _ members: [ImportedData.Member], _ origin: String
  ) -> [String: String] {
    var texts: [String: String] = [:]
    for member in members where member.key != "type" {
      if let text = member.value.text {
        texts[member.key] = text
      } else if case .null = member.value {
        continue
      } else {
        unread.append("\(origin).`\(member.key)`")
      }
    }
    return texts
  }

  /// A list, or one text with spaces (RFC 6749 section 3.3).
  private mutating func scopes(_ data: ImportedData?, _ origin: String) -> [String]? {
    switch data {
    case nil, .null?: return nil
    case .list(let items)?: return items.compactMap(\.text)
    case .text(let text)?: return text.split(separator: " ").map(String.init)
    case .mapping?, .entry?, .literal?:
      unread.append("\(origin).`scopes`")
      return nil
    }
  }

  /// A mapping of texts, if one setup alone has all their keys and needs no other.
  private mutating func fitting(
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
      fields: texts(members, origin), origin: origin)
  }
}
