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
    for instance in instances {
      if let key = instance.deposed {
        unread.append(.deposed("\(instance.address) (deposed \(key))"))
      } else if let connection = ForeignConnection(instance.attributes, origin: instance.address) {
        found.append(connection)
      } else {
        unread.append(.noNameOrApp(instance.address))
      }
    }
    return (found, unread)
  }

  private struct Instance {
    let address: String
    let attributes: ImportedData
    /// The key of an object that was replaced and is not destroyed yet; `nil` for the current one.
    let deposed: String?
  }

  private var instances: [Instance] {
    if let values = data["values"] { return values["root_module"].map(Self.resources) ?? [] }
    return (data["resources"]?.items ?? []).flatMap { resource -> [Instance] in
      guard resource["type"]?.text == Self.type, resource["mode"]?.text ?? "managed" == "managed"
      else { return [] }
      let module = resource["module"]?.text.map { "\($0)." } ?? ""
      let address = "\(module)\(Self.type).\(resource["name"]?.text ?? "?")"
      return (resource["instances"]?.items ?? []).compactMap { instance in
        instance["attributes"].map {
          Instance(
            address: address + Self.key(instance["index_key"]), attributes: $0,
            deposed: instance["deposed"]?.text)
        }
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

  private static func resources(_ module: ImportedData) -> [Instance] {
    let own = (module["resources"]?.items ?? []).compactMap { resource -> Instance? in
      guard resource["type"]?.text == type, resource["mode"]?.text ?? "managed" == "managed",
        let address = resource["address"]?.text
      else { return nil }
      return resource["values"].map {
        Instance(address: address, attributes: $0, deposed: resource["deposed_key"]?.text)
      }
    }
    return own + (module["child_modules"]?.items ?? []).flatMap(resources)
  }
}
