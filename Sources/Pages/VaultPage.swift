private import Crypto
package import Diagnostics
import Encodings
package import Model
private import Mustache
import Reports

/// The vault page at one moment: every connection of the chosen environments, as one HTML file that
/// loads nothing.
///
/// No secret is in it, sealed or opened.
package struct VaultPage: Sendable {
  /// How it is looked at.
  package enum Mode: String, Encodable, Sendable {
    /// A file, which shows the moment that it was made at.
    case report
    /// From `vaultctl serve`, which reports changes.
    case live
  }

  /// When it was made, and with what.
  package struct Edition: Sendable {
    let mode: Mode
    let madeAt: Timestamp
    let toolVersion: String
    /// The commit checked out then, if the project is in git.
    let commit: String?

    package init(mode: Mode, madeAt: Timestamp, toolVersion: String, commit: String?) {
      self.mode = mode
      self.madeAt = madeAt
      self.toolVersion = toolVersion
      self.commit = commit
    }
  }

  /// The first line of every page, by which it is known.
  package static let beginning = "<!DOCTYPE html><!-- vault page, made by vaultctl -->\n"

  private let document: PageDocument

  /// - Parameters:
  ///   - people: who values may be addressed to.
  ///   - faults: why something is missing from it.
  ///   - access: what it needs to change manifests; `nil` if it cannot.
  package init(
    project: String, edition: Edition, views: [PageView], people: [PagePerson],
    faults: [Diagnostic] = [], access: PageWriteAccess? = nil
  ) {
    document = PageDocument(
      project: project, edition: edition, views: views, people: people, faults: faults,
      access: access)
  }

  /// Whether both show the same, whenever they were made.
  package func hasSameContent(as other: VaultPage) -> Bool {
    PageIsland(document.undated).text == PageIsland(other.document.undated).text
  }

  /// The data of the page, for programs.
  package var json: String { PageIsland(document).text }

  /// The page.
  package var html: String {
    Self.beginning
      + PageTemplate.page.render([
        "policy": policy, "style": PageTemplate.style, "script": PageTemplate.script,
        "writes": document.write != nil, "writeScript": PageTemplate.writeScript,
        "island": json, "project": shown(document.project),
        "title": shown("\(document.project) – vault connections"), "subtitle": shown(subtitle),
        "footer": shown(footer), "rows": rows,
      ])
  }

  /// The Content-Security-Policy: its own style and script, known by their digests, and nothing else.
  package var policy: String {
    let connections = document.mode == .live ? " connect-src 'self';" : ""
    let write = document.write == nil ? "" : " '\(Self.source(PageTemplate.writeScript))'"
    return "default-src 'none'; script-src '\(Self.source(PageTemplate.script))'\(write);"
      + " style-src '\(Self.source(PageTemplate.style))'; img-src data:;\(connections)"
      + " base-uri 'none'; form-action 'none'"
  }

  private static func source(_ text: String) -> String {
    let digest = Base64.encoded(SHA256.hash(data: Array(text.utf8)))
    return "sha256-" + String(decoding: digest, as: UTF8.self)
  }

  private var subtitle: String {
    let stores = document.environments.map { [$0.name, $0.store].compactMap(\.self) }
    return stores.map { $0.joined(separator: ": ") }.joined(separator: " · ")
  }

  private var footer: String {
    let moment = document.mode == .live ? "live, read" : "made"
    let commit = document.commit.map { " at commit \($0.prefix(12))" } ?? ""
    let access = document.mode == .live && document.write == nil ? " Read-only." : ""
    return "vaultctl \(document.toolVersion), \(moment) \(document.madeAt)\(commit)."
      + " It holds names, labels and plain fields; no secret.\(access)"
  }

  /// For a browser that runs no script.
  private var rows: [[String: String]] {
    document.connections.map { connection in
      [
        "name": shown(connection.name), "app": shown(connection.appName),
        "environment": shown(document.environments[connection.env].name ?? "–"),
        "state": connection.state.rawValue,
      ]
    }
  }
}

/// Text from outside as HTML can hold it: what would not be visible is escaped.
private func shown(_ text: String) -> String {
  text.unicodeScalars.reduce(into: "") { shown, scalar in
    if scalar.isShowable, !scalar.isNoncharacter {
      shown.unicodeScalars.append(scalar)
    } else {
      shown += scalar.visibleEscape
    }
  }
}
