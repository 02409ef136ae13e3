import FoundationEssentials

/// One item of a list in the API's response.
protocol ListItem: Decodable, Sendable {
  var id: String { get }
}

/// One page of a list, in its form with totals. The name of the list depends on what is listed.
struct ListPage<Element: ListItem>: Decodable {
  let total: Int
  let items: [Element]

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    total = try container.decode(Int.self, forKey: Key(stringValue: "total"))
    let key = decoder.userInfo[.itemsKey] as? String ?? ""
    items = try container.decode([Element].self, forKey: Key(stringValue: key))
  }
}

extension CodingUserInfoKey {
  /// The name of a list's items in a page.
  static let itemsKey: CodingUserInfoKey = {
    guard let key = CodingUserInfoKey(rawValue: "items") else {
      preconditionFailure("any text is a key")
    }
    return key
  }()
}

/// A flow in a list, without its definition.
struct FlowItem: ListItem {
  let id: String
  let name: String?

  private enum CodingKeys: String, CodingKey {
    case id, name
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    name = try? container.decode(String.self, forKey: .name)
  }
}
