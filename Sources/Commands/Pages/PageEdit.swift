import Diagnostics
import Encodings
import Model

/// A change of a declared connection, without a secret.
struct PageEdit: Sendable {
  enum Action: Sendable {
    case rename(ConnectionName)
    case delete
    /// `nil`: it is removed.
    case metadata(MetadataEdit.Part, key: String, text: String?)
  }

  let target: PageTarget
  let action: Action

  /// - Parameter json: `connection`, `env` and `seen` of the target; `kind`: `rename` with `to`,
  ///   `delete`, or `label` and `annotation` with `key` and `value`, which is `null` to remove it.
  /// - Throws: what is wrong with it.
  init(_ json: [UInt8]) throws {
    let tree = try JSONTree.request(json)
    guard let kind = try tree.text("kind") else { throw Failure(.notAChange) }
    target = try PageTarget(tree)
    switch kind {
    case "rename":
      guard let name = try tree.text("to").flatMap({ ConnectionName($0) }) else {
        throw Failure(.invalidNewName)
      }
      action = .rename(name)
    case "delete": action = .delete
    case "label", "annotation":
      guard let key = try tree.text("key"), !key.isEmpty, let value = tree["value"],
        value.isNull || value.string != nil
      else { throw Failure(.notAChange) }
      action = .metadata(kind == "label" ? .labels : .annotations, key: key, text: value.string)
    default: throw Failure(.notAChange)
    }
  }

  /// For the commit.
  var title: String {
    switch action {
    case .rename(let new): "Rename \(target.name) to \(new)"
    case .delete: "Delete \(target.name)"
    case .metadata(let part, let key, let text):
      "\(text == nil ? "Remove" : "Set") \(part == .labels ? "label" : "annotation") \(key) of"
        + " \(target.name)"
    }
  }
}

extension Diagnostic {
  fileprivate static var notAChange: Diagnostic {
    Diagnostic(
      .unknownKey, "the request names no change",
      notes: ["`kind` is `rename`, `delete`, `label` or `annotation`"])
  }

  /// Of a connection that is entered on a page.
  static var invalidNewName: Diagnostic {
    Diagnostic(
      .invalidName, "invalid connection name",
      notes: ["1 to 150 characters, no control characters, no space at either end"])
  }
}
