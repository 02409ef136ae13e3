import Diagnostics
import Encodings

/// Members of a request; each that is given has the type that `schemas/serve.openapi.json` gives it.
extension JSONTree {
  /// A request's body.
  ///
  /// - Throws: if it is no JSON.
  static func request(_ body: [UInt8]) throws -> JSONTree {
    guard let tree = try? JSONTree(body) else {
      throw Failure(
        Diagnostic(.wrongType, "the request is not JSON", notes: ["nothing was written"]))
    }
    return tree
  }

  /// - Throws: if it is no text.
  func text(_ name: String) throws -> String? {
    try member(name) { $0.string }
  }

  /// The members of an object of texts; none if it is absent.
  ///
  /// - Throws: if it is anything else.
  func texts(_ name: String) throws -> [String: String] {
    let texts = try member(name) { value -> [String: String]? in
      guard case .object(let members) = value.content else { return nil }
      let pairs = members.compactMap { member in member.value.string.map { (member.name, $0) } }
      return pairs.count == members.count ? Dictionary(pairs) { $1 } : nil
    }
    return texts ?? [:]
  }

  /// - Throws: if it is no list of texts.
  func list(_ name: String) throws -> [String]? {
    try member(name) { value in
      guard case .array(let items) = value.content else { return nil }
      let texts = items.compactMap(\.string)
      return texts.count == items.count ? texts : nil
    }
  }

  private func member<Value>(_ name: String, _ read: (JSONTree) -> Value?) throws -> Value? {
    guard let value = self[name] else { return nil }
    guard let read = read(value) else {
      throw Failure(
        Diagnostic(
          .wrongType, "`\(name)` of the request has another type",
          notes: ["nothing was written; the API is described in schemas/serve.openapi.json"]))
    }
    return read
  }
}
