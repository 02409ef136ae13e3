import FoundationEssentials
package import Model

/// One line of the vault page.
package struct StatusRow: Hashable, Sendable {
  /// What a connection's line says of it; the worst that holds.
  package enum State: String, Hashable, Sendable {
    case ready, empty, drifted, conflict
    case scopeDrift = "scope drift"
    /// Declared, and not in the store or not as declared.
    case pending
    /// In the store, declared no more.
    case orphaned
    /// In the store, and none of ours.
    case unmanaged
  }

  package let name: ConnectionName
  package let app: AppID
  package let state: State
  /// The required fields that an empty connection lacks.
  package let missing: [FieldName]
  package let version: StoreVersion?
  package let updatedAt: Timestamp?

  package init(
    name: ConnectionName, app: AppID, state: State, missing: [FieldName] = [],
    version: StoreVersion?, updatedAt: Timestamp?
  ) {
    self.name = name
    self.app = app
    self.state = state
    self.missing = missing
    self.version = version
    self.updatedAt = updatedAt
  }
}

/// The vault page: every connection with its state, an orange mark where one is empty.
package struct StatusText: Sendable {
  private let palette: Palette
  package init(palette: Palette) { self.palette = palette }

  package func text(_ rows: [StatusRow]) -> String {
    if rows.isEmpty { return "No connections.\n" }
    let titles = ["  NAME", "APP", "STATE", "VERSION", "UPDATED"]
    let cells = rows.map { row in
      [
        "● \(shown(row.name.rawValue))", row.app.rawValue, row.stateInWords,
        row.version?.rawValue ?? "-", row.updatedAt?.description ?? "-",
      ]
    }
    let aligned = aligned([titles] + cells)
    let lines = zip(rows, aligned.dropFirst()).map { row, line in coloured(line, row.state) }
    let counts = "\(counted(rows.count, "connection")), \(rows.count { $0.state == .empty }) empty."
    return ([palette.bold(aligned[0])] + lines + ["", counts]).joined(separator: "\n") + "\n"
  }

  package func json(_ rows: [StatusRow]) -> String {
    struct Form: Encodable {
      let name: String
      let app: String
      let state: String
      let missing: [String]
      let version: String?
      let updatedAt: String?
    }
    return Reports.json([
      "connections": rows.map {
        Form(
          name: $0.name.rawValue, app: $0.app.rawValue, state: $0.state.rawValue,
          missing: $0.missing.map(\.rawValue), version: $0.version?.rawValue,
          updatedAt: $0.updatedAt?.description)
      }
    ])
  }

  private func coloured(_ line: String, _ state: StatusRow.State) -> String {
    guard let mark = line.first else { return line }
    let dot = String(mark)
    let rest = line.dropFirst()
    return switch state {
    case .ready: palette.green(dot) + rest
    case .empty: palette.orange(dot) + palette.orange(String(rest))
    case .drifted, .scopeDrift, .pending: palette.yellow(dot) + rest
    case .conflict: palette.red(dot) + rest
    case .orphaned, .unmanaged: palette.blue(dot) + rest
    }
  }
}

extension StatusRow {
  fileprivate var stateInWords: String {
    missing.isEmpty ? state.rawValue : "empty: \(missing.map(\.rawValue).joined(separator: ", "))"
  }
}
