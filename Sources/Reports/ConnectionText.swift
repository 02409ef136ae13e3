package import Diagnostics
package import Model

/// One connection for people: its desired and actual states, and its history.
package struct ConnectionText: Sendable {
  private let palette: Palette
  /// Of keys that sealed values are addressed to, by their ids.
  private let keyNames: [String: String]

  package init(palette: Palette, keyNames: [String: String] = [:]) {
    self.palette = palette
    self.keyNames = keyNames
  }

  package struct Event: Hashable, Sendable {
    let at: Timestamp
    let who: String
    let what: String
    let commit: String?

    package init(at: Timestamp, who: String, what: String, commit: String?) {
      self.at = at
      self.who = who
      self.what = what
      self.commit = commit
    }
  }

  package func text(
    name: ConnectionName, declared: DesiredConnection?, app: AppID?, actual: ActualConnection?,
    applied: AppliedRecord?, events: [Event]
  ) -> TerminalText {
    var lines: [TerminalText] = [
      palette.bold("connection \"\(name.rawValue)\"") + " (app: \(app?.rawValue ?? "-"))"
    ]
    lines += section("declared", declared.map(self.declared) ?? ["not declared, or with errors"])
    lines += section("store", actual.map(stored) ?? ["not in the store"])
    if let applied { lines += section("applied", recorded(applied)) }
    lines += section(
      "events",
      events.isEmpty
        ? ["none"]
        : events.map { "\($0.at)  \($0.what)  \($0.who)\(commit($0.commit))" })
    return lines.joined(separator: "\n") + "\n"
  }

  private func section(_ title: TerminalText, _ lines: [TerminalText]) -> [TerminalText] {
    ["", "  \(title)"] + lines.map { "    \($0)" }
  }

  private func declared(_ connection: DesiredConnection) -> [TerminalText] {
    var lines: [TerminalText] = [
      "file: \(connection.origin.file):\(connection.origin.nameLocation.range?.start.line ?? 1)"
    ]
    if let setup = connection.setup {
      lines.append("setup: \(setup.type)")
      for (field, value) in setup.fields.sorted(by: { $0.key < $1.key }) {
        switch value {
        case .plain(let value): lines.append("\(field): \"\(value.text)\"")
        case .sealed(let message):
          let names = message.keyIDs.map { keyNames[$0] ?? $0 }
          lines.append("\(field): (sealed, addressed to \(names.joined(separator: ", ")))")
        }
      }
    }
    if let scopes = connection.scopes {
      lines.append("scopes: \(scopes.sorted().map(\.rawValue).joined(separator: ", "))")
    }
    return lines
  }

  private func stored(_ connection: ActualConnection) -> [TerminalText] {
    var lines: [TerminalText] = [
      "version: \(connection.version), updated \(connection.updatedAt)",
      "setup: \(connection.setupType?.rawValue ?? "none")",
    ]
    for (field, value) in connection.fields.sorted(by: { $0.key < $1.key }) {
      switch value {
      case .plain(let value): lines.append("\(field): \"\(value.text)\"")
      case .secret(let version):
        lines.append("\(field): (secret\(version.map { ", since version \($0)" } ?? ""))")
      }
    }
    if let scopes = connection.grantedScopes {
      lines.append("granted: \(scopes.sorted().map(\.rawValue).joined(separator: ", "))")
    }
    return lines
  }

  private func recorded(_ record: AppliedRecord) -> [TerminalText] {
    let provenance = record.provenance
    var lines: [TerminalText] = [
      "\(provenance.at) by \(provenance.who)\(commit(provenance.commit))"
    ]
    let hosts = (record.destinations ?? []).sorted().map(\.summary)
    if !hosts.isEmpty { lines.append("sent to: \(hosts.joined(separator: ", "))") }
    if !provenance.allowedRedirects.isEmpty { lines.append("redirected with --allow-redirect") }
    return lines
  }

  private func commit(_ commit: String?) -> String { commit.map { " at \($0.prefix(12))" } ?? "" }
}
