import Diagnostics
import Encodings
import Manifests
import Model
import Pages

/// The connection that a change from a page is about, as the page showed it.
struct PageTarget: Sendable {
  let name: String
  /// `nil` for the base.
  let environment: String?
  /// Its revision on the page; `nil` if the sender does not mind what it is.
  let seen: String?

  /// - Parameter json: `connection`, and if there are such `env`, `seen`.
  ///
  /// - Throws: if one of them is no text.
  init(_ json: JSONTree) throws {
    name = try json.text("connection") ?? ""
    environment = try json.text("env")
    seen = try json.text("seen")
  }

  /// - Parameter query: as in `json`.
  init(_ query: [String: String]) {
    name = query["connection"] ?? ""
    environment = query["env"]
    seen = query["seen"]
  }

  /// What two browsers change at once, the second looks at first.
  ///
  /// - Throws: if the manifests say something else of it by now.
  func requireSeen(in workspace: Workspace) throws {
    guard let seen else { return }
    let present = workspace.state.connections.first { $0.name.rawValue == name }
    if present?.revision == seen { return }
    throw Failure(
      Diagnostic(
        .fileMoved, "`\(name)` was changed after this page showed it",
        at: present.map { .file($0.origin.file) },
        notes: ["nothing was written"],
        help: ["look at it as it is now, then try again"]))
  }
}
