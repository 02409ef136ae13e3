import Model
import Planning
import Reports

/// What a connection has that another tool's form cannot express.
struct ExportGaps {
  let connection: DesiredConnection
  private let shape: SetupShape?

  init(connection: DesiredConnection, _ catalog: Catalog) {
    self.connection = connection
    shape = catalog.shape(of: connection)
  }

  /// Required fields without a value: a service would refuse the setup.
  var missingFields: [FieldName] {
    let given = Set(connection.setup?.fields.keys ?? [:].keys).union(connection.ignoredFields)
    return connection.setup == nil ? [] : shape?.missing(from: given) ?? []
  }

  func gaps(for kind: ExportKind) -> [Export.Gap] {
    reasons(for: kind).map { Export.Gap(connection: connection.name, reason: $0) }
  }

  private func reasons(for kind: ExportKind) -> [String] {
    if kind.knowsBuiltInAppsAlone, Catalog.builtIn[connection.app] == nil {
      return ["it is left out: the tool does not know the project's own app `\(connection.app)`"]
    }
    var reasons: [String] = []
    if !missingFields.isEmpty {
      let list = missingFields.map { "`\($0)`" }.joined(separator: ", ")
      reasons.append(
        kind == .dotenv
          ? "\(list) has no value" : "it has no setup, because \(list) has no value")
    }
    let parts = [
      connection.scopes.map { _ in "scopes" }, connection.labels.isEmpty ? nil : "labels",
      connection.annotations.isEmpty ? nil : "annotations",
      connection.preventsDestroy && kind != .terraform ? "`preventDestroy`" : nil,
    ].compactMap { $0 }
    if !parts.isEmpty { reasons.append("the form has no \(parts.joined(separator: ", "))") }
    if kind == .terraform { reasons += normalizedTexts.map { Self.normalizes($0) } }
    return reasons
  }

  static func normalizes(_ text: String) -> String {
    "Terraform normalizes texts (Unicode's NFC), which changes \(text)"
  }

  /// What Terraform writes in other letters.
  private var normalizedTexts: [String] {
    let name = connection.name.rawValue.utf8.span.isNFC ? [] : ["its name"]
    let fields = (connection.setup?.fields ?? [:]).sorted { $0.key < $1.key }
    return name
      + fields.filter { field, value in
        if case .plain(.string(let text)) = value, !text.utf8.span.isNFC { return true }
        return !field.rawValue.utf8.span.isNFC
      }.map { "`\($0.key)`" }
  }
}
