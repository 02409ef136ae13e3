package import Model

/// The versions of a connection that a store keeps, newest first.
package struct HistoryText: Sendable {
  private let palette: Palette
  package init(palette: Palette) { self.palette = palette }

  package func text(_ versions: [StoredVersion]) -> String {
    let lines = aligned(
      [["VERSION", "STATE", "TIME", "COMMIT", "WHO"]]
        + versions.map { version in
          [
            shown(version.version.rawValue), Self.name(of: version.state), version.at.description,
            version.commit.map { shown(String($0.prefix(12))) } ?? "-",
            version.who.map(shown) ?? "-",
          ]
        })
    return ([palette.bold(lines[0])] + lines.dropFirst()).joined(separator: "\n") + "\n"
  }

  private static func name(of state: StoredVersion.State) -> String {
    switch state {
    case .present: "present"
    case .kept: "kept"
    case .deleted: "deleted"
    case .destroyed: "destroyed"
    }
  }

  package func json(_ versions: [StoredVersion]) -> String {
    struct Form: Encodable {
      struct Version: Encodable {
        let version: String
        let state: String
        let at: String
        let who: String?
        let commit: String?
      }
      let format_version = "1.0"
      let versions: [Version]
    }
    let form = Form(
      versions: versions.map {
        Form.Version(
          version: $0.version.rawValue, state: Self.name(of: $0.state), at: $0.at.description,
          who: $0.who,
          commit: $0.commit)
      })
    guard let text = try? canonicalJSON(form, isPretty: true) else {
      preconditionFailure("texts can always be written as JSON")
    }
    return text + "\n"
  }
}
