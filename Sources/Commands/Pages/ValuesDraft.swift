import Encodings
import Model
import Secrets

/// Values of a declared connection, as a person enters them on a page.
struct ValuesDraft: Sendable {
  let target: PageTarget
  /// Of a connection that has no setup yet; `nil`: its app's first with the fields.
  let setup: SetupType?
  let values: [FieldName: SecretBytes]
  /// The fields whose values are random texts.
  let standIns: Set<FieldName>

  /// - Parameters:
  ///   - query: `connection`, and if there are such `env`, `seen`, `setup`.
  ///   - body: a form, which becomes no text on its way to the seal.
  ///
  /// - Throws: if the form is not well encoded.
  init(query: [String: String], body: SecretBytes) throws {
    target = PageTarget(query)
    setup = query["setup"].map { SetupType($0) }
    values = try FormValues(body).values
    standIns = []
  }

  /// For a preview: secrets are left out, and a random text is sealed instead of each.
  ///
  /// - Parameter json: `connection`, and if there are such `env`, `seen`, `setup`, `fields` with values,
  ///   `secrets` with names.
  ///
  /// - Throws: if a member has another type.
  init(preview json: [UInt8]) throws {
    let tree = try JSONTree.request(json)
    target = try PageTarget(tree)
    setup = try tree.text("setup").map { SetupType($0) }
    let plain = try tree.texts("fields").map { (FieldName($0), SecretBytes(copying: $1.utf8)) }
    let secrets = try (tree.list("secrets") ?? []).map { FieldName($0) }
    standIns = Set(secrets)
    values = Dictionary(plain + secrets.map { ($0, Self.standIn()) }) { $1 }
  }

  /// For the commit.
  var title: String {
    "Set \(values.keys.sorted().map(\.rawValue).joined(separator: ", ")) of \(target.name)"
  }

  static func standIn() -> SecretBytes {
    SecretBytes(copying: (0..<16).map { _ in UInt8.random(in: 0x61...0x7A) })
  }
}
