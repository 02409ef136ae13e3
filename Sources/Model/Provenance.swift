/// Who wrote, when, with which tool, from which commit, and what they accepted.
package struct Provenance: Hashable, Sendable, Codable {
  /// A person: `Ann <ann@example.com>`, `octocat (GitHub Actions run 42)`, `user@host`.
  package let who: String
  package let at: Timestamp
  package let toolVersion: String
  /// The commit checked out at the time, if the project is in git.
  package let commit: String?
  /// `nil` for none.
  private let redirects: [ConnectionName]?

  /// The connections whose unchanged secrets were allowed to go to a new destination, sorted.
  package var allowedRedirects: [ConnectionName] { redirects ?? [] }

  /// The version that this restored; `nil` for a write of anything else.
  package let rolledBackTo: StoreVersion?

  private enum CodingKeys: String, CodingKey {
    case who, at, toolVersion, commit, redirects, rolledBackTo
  }

  package init(
    who: String, at: Timestamp, toolVersion: String, commit: String?,
    allowedRedirects: [ConnectionName] = [], rolledBackTo: StoreVersion? = nil
  ) {
    self.rolledBackTo = rolledBackTo
    self.who = who
    self.at = at
    self.toolVersion = toolVersion
    self.commit = commit
    redirects = allowedRedirects.isEmpty ? nil : allowedRedirects.sorted()
  }

  /// The names are sorted, whatever order a store has them in.
  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      who: try members.decode(String.self, forKey: .who),
      at: try members.decode(Timestamp.self, forKey: .at),
      toolVersion: try members.decode(String.self, forKey: .toolVersion),
      commit: try members.decodeIfPresent(String.self, forKey: .commit),
      allowedRedirects: try members.decodeIfPresent([ConnectionName].self, forKey: .redirects)
        ?? [],
      rolledBackTo: try members.decodeIfPresent(StoreVersion.self, forKey: .rolledBackTo)
    )
  }

  package func allowing(redirects: some Sequence<ConnectionName>) -> Provenance {
    Provenance(
      who: who, at: at, toolVersion: toolVersion, commit: commit,
      allowedRedirects: Array(redirects), rolledBackTo: rolledBackTo)
  }

  package func rollingBack(to version: StoreVersion) -> Provenance {
    Provenance(
      who: who, at: at, toolVersion: toolVersion, commit: commit,
      allowedRedirects: allowedRedirects, rolledBackTo: version)
  }
}
