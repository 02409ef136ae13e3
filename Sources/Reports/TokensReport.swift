package import Diagnostics
package import Model

/// The tokens in a store, without the tokens themselves.
package struct TokensReport: Sendable {
  package struct Row: Sendable {
    /// The connection's name; an id where no name is known.
    let key: String
    let id: StoreID
    let hasConnection: Bool
    /// `nil` without a connection, or if its setup obtains no tokens any more.
    let state: ConnectionState?
    /// `nil` if it cannot be read.
    let record: TokenRecord?

    package init(
      key: String, id: StoreID, hasConnection: Bool, state: ConnectionState?, _ record: TokenRecord?
    ) {
      self.key = key
      self.id = id
      self.hasConnection = hasConnection
      self.state = state
      self.record = record
    }
  }

  private let owner: Owner?
  private let rows: [Row]

  package init(owner: Owner?, rows: [Row]) {
    self.owner = owner
    self.rows = rows
  }

  package func text(_ palette: Palette) -> TerminalText {
    if rows.isEmpty { return "No tokens.\n" }
    let titles: [TerminalText] = ["CONNECTION", "OWNER", "STATE", "ENDS", "REFRESH TOKEN"]
    let cells = rows.map { row in
      [
        row.key, owner.map { "\($0.name)\($0.environment.map { "/\($0)" } ?? "")" } ?? "-",
        row.stateSummary, row.endsAt?.description ?? "-",
        row.hasRefreshToken.map { $0 ? "yes" : "no" } ?? "-",
      ].map { TerminalText($0) }
    }
    let lines = aligned(
      [titles] + cells, palette, columns: [.cut, .cut, .cut, .whole, .optional])
    let marked = zip(rows, lines.dropFirst()).map { row, line in
      row.hasConnection ? line : palette.orange(line)
    }
    let stray = rows.count { !$0.hasConnection }
    let advice: [TerminalText] =
      stray == 0
      ? []
      : [
        "",
        "\(stray) without a connection; to remove one: vaultctl tokens forget NAME-OR-ID",
      ]
    return ([palette.bold(lines[0])] + marked + advice).joined(separator: "\n") + "\n"
  }

  /// As `schemas/tokens.schema.json` describes it.
  package var json: JSONReport {
    JSONReport(Document(owner: owner.map(OwnerForm.init), tokens: rows.map(RowForm.init)))
  }

  private struct Document: Encodable {
    let owner: OwnerForm?
    let tokens: [RowForm]
  }

  private struct OwnerForm: Encodable {
    let project: String
    let id: String
    let environment: String?

    init(_ owner: Owner) {
      project = owner.name
      id = owner.project.rawValue
      environment = owner.environment
    }
  }

  private struct RowForm: Encodable {
    let name: String
    let id: String
    let has_connection: Bool
    let state: String
    let grant: String?
    let client_id: String?
    let has_refresh_token: Bool?
    let issued_at: String?
    let ends_at: String?
    let refresh_token_ends_at: String?

    init(_ row: Row) {
      name = row.key
      id = row.id.rawValue
      has_connection = row.hasConnection
      state = row.stateSummary
      grant = row.record?.grant.rawValue
      client_id = row.record?.client.id
      has_refresh_token = row.hasRefreshToken
      issued_at = row.record?.tokens?.issuedAt.description
      ends_at = row.endsAt?.description
      refresh_token_ends_at = row.record?.tokens?.refresh?.endsAt?.description
    }
  }
}

extension TokensReport.Row {
  fileprivate var stateSummary: String {
    if hasConnection { return state?.summary ?? "not renewed" }
    return record == nil ? "unreadable" : "no connection"
  }
  fileprivate var endsAt: Timestamp? { record?.tokens?.expiry.time }
  fileprivate var hasRefreshToken: Bool? { record.map { $0.tokens?.refresh != nil } }
}
