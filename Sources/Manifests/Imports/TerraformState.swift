import Diagnostics

/// The vault connections in Terraform's files: a state of version 4 ("resources" with "instances"), or
/// the values that `terraform show -json` prints ("values" with modules).
struct TerraformState {
  private static let type = "auth0_flow_vault_connection"
  private let data: ImportedData

  init(_ data: ImportedData) { self.data = data }

  var connections: (found: [ForeignConnection], unread: [UnreadPart]) {
    var found: [ForeignConnection] = []
    var unread: [UnreadPart] = []
    for (address, attributes) in instances {
      if let connection = ForeignConnection(attributes, origin: address) {
        found.append(connection)
      } else {
        unread.append(.noNameOrApp(address))
      }
    }
    return (found, unread)
  }

  private var instances: [(address: String, attributes: ImportedData)] {
    if let values = data["values"] { return values["root_module"].map(Self.resources) ?? [] }
    return (data["resources"]?.items ?? []).flatMap { resource in
      guard resource["type"]?.text == Self.type, resource["mode"]?.text ?? "managed" == "managed"
      else { return [(address: String, attributes: ImportedData)]() }
      let module = resource["module"]?.text.map { "\($0)." } ?? ""
      let address = "\(module)\(Self.type).\(resource["name"]?.text ?? "?")"
      return (resource["instances"]?.items ?? []).compactMap { instance in
        return instance["attributes"].map { (address + Self.key(instance["index_key"]), $0) }
      }
    }
  }

  /// Of `count` a number, of `for_each` a text.
  private static func key(_ key: ImportedData?) -> String {
    switch key {
    case .text(let text): "[\(hclQuoted(text))]"
    case .literal(let number): "[\(number)]"
    case .mapping, .list, .entry, .null, nil: ""
    }
  }

  private static func resources(
    _ module: ImportedData
  ) -> [(address: String, attributes: ImportedData)] {
    let own = (module["resources"]?.items ?? []).compactMap {
      resource -> (address: String, attributes: ImportedData)? in
      guard resource["type"]?.text == type, resource["mode"]?.text ?? "managed" == "managed",
        let address = resource["address"]?.text
      else { return nil }
      return resource["values"].map { (address, $0) }
    }
    return own + (module["child_modules"]?.items ?? []).flatMap(resources)
  }
}
