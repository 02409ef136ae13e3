package import Model
import SourceYAML

/// A manifest generated from a connection of a store, or of another tool.
package struct ImportedManifest: Sendable {
  package enum Value: Sendable {
    case plain(PlainValue)
    /// Armored.
    case sealed(String)
    /// A secret that will be sealed, in a text that is only shown.
    case hidden
    /// A secret that the store has and does not return.
    case unknown
  }

  package let name: ConnectionName
  package let app: App
  package let setupType: SetupType?
  package let fields: [FieldName: Value]
  package let labels: [String: String]
  package let scopes: [Scope]?
  package let preventsDestroy: Bool
  /// Where it comes from, in one line.
  package let origin: String

  package init(
    name: ConnectionName, app: App, setupType: SetupType?, fields: [FieldName: Value],
    labels: [String: String], scopes: [Scope]?, preventsDestroy: Bool = false, origin: String
  ) {
    self.name = name
    self.app = app
    self.setupType = setupType
    self.fields = fields
    self.labels = labels
    self.scopes = scopes
    self.preventsDestroy = preventsDestroy
    self.origin = origin
  }

  /// In the order in which the catalog has the fields, others by name.
  private var order: [FieldName] {
    let known = setupType.flatMap { app.setup($0)?.fields.map(\.name) } ?? []
    return known.filter { fields[$0] != nil }
      + fields.keys.filter { !known.contains($0) }.sorted()
  }

  package var unknownFields: [FieldName] {
    order.filter { if case .unknown = fields[$0] { true } else { false } }
  }

  /// Plain fields that the catalog does not know, which a manifest must list as public.
  private var publicFields: [FieldName] {
    order.filter { field in
      if case .plain = fields[field] {
        return setupType.flatMap { app.setup($0)?[field] } == nil
      }
      return false
    }
  }

  /// Fields that the store does not return are absent and ignored.
  package var text: String {
    var lines = [
      "# yaml-language-server: $schema=../schemas/connection.schema.json",
      "# Imported\(origin).",
      "apiVersion: \(apiVersion)", "kind: Connection", "metadata:",
      "  name: \(yamlScalar(name.rawValue))",
    ]
    if !labels.isEmpty {
      lines.append("  labels:")
      lines += labels.sorted { $0.key < $1.key }
        .map { "    \(yamlScalar($0.key)): \(yamlScalar($0.value))" }
    }
    lines += ["spec:", "  app: \(yamlScalar(app.id.rawValue))"]
    if let setupType { lines += ["  setup:", "    type: \(yamlScalar(setupType.rawValue))"] }
    lines += order.flatMap(field)
    lines += list("scopes", scopes?.map(\.rawValue))
    lines += list("publicFields", publicFields.isEmpty ? nil : publicFields.map(\.rawValue))
    if preventsDestroy { lines.append("  lifecycle: {preventDestroy: true}") }
    if !unknownFields.isEmpty {
      lines.append("  # The store does not return these. To manage one here, run `vaultctl set`,")
      lines.append("  # then remove it from this list.")
      lines += list("ignore", unknownFields.map(\.rawValue))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func field(_ name: FieldName) -> [String] {
    let key = "    \(yamlScalar(name.rawValue)):"
    switch fields[name] {
    case .plain(.string(let text)): return ["\(key) \(yamlScalar(text))"]
    case .plain(.number(let text)): return ["\(key) \(text)"]
    case .plain(.boolean(let value)): return ["\(key) \(value)"]
    case .sealed(let armored):
      return ["\(key) |"]
        + armored.split(separator: "\n", omittingEmptySubsequences: false)
        .dropLast(armored.hasSuffix("\n") ? 1 : 0).map { $0.isEmpty ? "" : "      \($0)" }
    case .hidden: return ["\(key)  # secret, sealed"]
    case .unknown: return ["\(key)  # secret, in the store"]
    case nil: return []
    }
  }

  private func list(_ key: String, _ items: [String]?) -> [String] {
    guard let items else { return [] }
    if items.isEmpty { return ["  \(key): []"] }
    return ["  \(key):"] + items.map { "    - \(yamlScalar($0))" }
  }
}
