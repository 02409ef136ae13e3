import FoundationEssentials
import Model
import Stores

/// A connection in the API's response. `account_name` is not read: it holds pieces of the secret.
///
/// Only the id is needed to know of the connection; an item that lacks anything else concerns nobody
/// but itself.
struct ConnectionItem: ListItem {
  let id: String
  let name: String?
  private let app: String?
  private let isReady: Bool?
  private let created: String?
  private let updated: String?
  private let fingerprint: String?

  private enum CodingKeys: String, CodingKey {
    case id, name, fingerprint
    case app = "app_id"
    case isReady = "ready"
    case created = "created_at"
    case updated = "updated_at"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func text(_ key: CodingKeys) -> String? { try? container.decode(String.self, forKey: key) }
    id = try container.decode(String.self, forKey: .id)
    name = text(.name)
    app = text(.app)
    isReady = try? container.decode(Bool.self, forKey: .isReady)
    created = text(.created)
    updated = text(.updated)
    fingerprint = text(.fingerprint)
  }

  /// `nil` if something is missing, or has an unexpected format.
  func connection() -> BackendConnection? {
    guard let name, let app, let isReady, let updated, let createdAt = created.flatMap(Self.time),
      let updatedAt = Self.time(updated)
    else { return nil }
    return BackendConnection(
      id: StoreID(id), shownName: name, app: AppID(app.lowercased()), isReady: isReady,
      version: StoreVersion(fingerprint ?? updated), createdAt: createdAt, updatedAt: updatedAt)
  }

  /// The response to a write; if it cannot be parsed, the outcome is unknown.
  func connectionOrUnknown() throws(RequestFailure) -> BackendConnection {
    guard let connection = connection() else {
      throw .unknown("its response has an unexpected format")
    }
    return connection
  }

  private static func time(_ text: String) -> Timestamp? {
    let styles = [
      Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle(),
    ]
    return styles.lazy.compactMap { try? Date(text, strategy: $0) }.first.map(Timestamp.init)
  }
}
