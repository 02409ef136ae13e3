package import Diagnostics
package import Model

/// Who a connection's sealed values are addressed to.
package struct AccessReport: Sendable {
  package enum Standing: String, Hashable, Sendable, Codable {
    /// Addressed, as the project file says.
    case recipient
    /// Addressed, and no recipient of the project.
    case stranger
    /// Addressed by a subkey that is expired or revoked.
    case outdated
    /// A recipient of the project that it is not addressed to.
    case missing
    /// It cannot be compared: the keyring lacks a recipient's key.
    case undecided
  }

  package struct Reader: Hashable, Sendable {
    let name: String
    let userID: String?
    /// A full fingerprint, or the id of a key that the keyring lacks.
    let key: String
    let standing: Standing

    package init(name: String, userID: String?, key: String, standing: Standing) {
      self.name = name
      self.userID = userID
      self.key = key
      self.standing = standing
    }
  }

  package struct Field: Hashable, Sendable {
    let name: FieldName
    let location: Location
    let readers: [Reader]
    let hasPassphrase: Bool

    package init(name: FieldName, location: Location, readers: [Reader], hasPassphrase: Bool) {
      self.name = name
      self.location = location
      self.readers = readers
      self.hasPassphrase = hasPassphrase
    }
  }

  private let connection: ConnectionName
  private let fields: [Field]

  package init(connection: ConnectionName, fields: [Field]) {
    self.connection = connection
    self.fields = fields
  }

  package func text(_ palette: Palette) -> TerminalText {
    if fields.isEmpty { return "`\(connection)` has no sealed value.\n" }
    var lines = [palette.bold("connection \"\(connection)\"")]
    for field in fields {
      lines += ["", "  \(field.name) (\(field.place)) is addressed to"]
      let rows = field.readers.map { [TerminalText($0.name), Self.coloured($0.standing, palette)] }
      lines += aligned(rows, palette, columns: [.wrapped, .wrapped], indent: 4).map { "    \($0)" }
      if field.hasPassphrase { lines.append("    \(palette.red("a passphrase"))") }
    }
    let standings = Set(fields.flatMap { $0.readers.map(\.standing) })
    if !standings.isSubset(of: [.recipient, .undecided]) {
      lines += ["", "Seal them for their recipients: vaultctl rekey"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func coloured(_ standing: Standing, _ palette: Palette) -> TerminalText {
    switch standing {
    case .recipient: palette.green("recipient")
    case .stranger: palette.red("not a recipient")
    case .outdated: palette.orange("recipient, by an expired or revoked subkey")
    case .missing: palette.orange("recipient, but not addressed")
    case .undecided: palette.yellow("cannot be compared without the recipients' keys")
    }
  }

  package var json: JSONReport {
    struct ReaderForm: Encodable {
      let user_id: String?
      let key: String
      let state: Standing
    }
    struct FieldForm: Encodable {
      let field: String
      let file: String?
      let line: Int?
      let has_passphrase: Bool
      let addressed_to: [ReaderForm]
    }
    struct Form: Encodable {
      let connection: String
      let fields: [FieldForm]
    }
    return JSONReport(
      Form(
        connection: connection.rawValue,
        fields: fields.map { field in
          FieldForm(
            field: field.name.rawValue, file: field.location.file,
            line: field.location.range?.start.line, has_passphrase: field.hasPassphrase,
            addressed_to: field.readers.map {
              ReaderForm(user_id: $0.userID, key: $0.key, state: $0.standing)
            })
        }))
  }
}

extension AccessReport.Field {
  fileprivate var place: String {
    let line = location.range.map { ":\($0.start.line)" } ?? ""
    return (location.file ?? "") + line
  }
}
