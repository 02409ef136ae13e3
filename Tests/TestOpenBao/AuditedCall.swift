import Foundation

/// A call as the server's own log has it.
package struct AuditedCall: Sendable {
  /// `read`, `list`, `create`, `update`, `delete`, `patch`.
  package let operation: String
  package let path: String
  /// Why it was refused.
  package let error: String?

  private struct Line: Decodable {
    struct Request: Decodable { let operation: String?, path: String? }
    let type: String
    let error: String?
    let request: Request?
  }

  /// Answers alone: each has its request with it.
  static func all(in path: String) throws -> [AuditedCall] {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    return try text.split(separator: "\n").compactMap { line in
      let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
      guard line.type == "response" else { return nil }
      return AuditedCall(
        operation: line.request?.operation ?? "", path: line.request?.path ?? "",
        error: line.error)
    }
  }
}
