import Encodings

/// The shape of a body: its members' names, with every value left out.
enum BodyShape {
  static func of(_ body: [UInt8]) -> String {
    if body.isEmpty { return "no body" }
    var scanner = JSONScanner(body[...])
    if let shape = shape(&scanner), scanner.isAtEnd() { return shape }
    // A form (URL Standard, section 5).
    let pairs = String(decoding: body, as: UTF8.self).split(separator: "&")
    guard pairs.allSatisfy({ $0.contains("=") }) else { return "a body that is not JSON" }
    return pairs.map { "\(parameterName($0.prefix { $0 != "=" }))=…" }.joined(separator: "&")
  }

  /// The name of a parameter if it looks like one (RFC 6749 section 11.2): a text in base64 ends with
  /// `=` too.
  private static func parameterName(_ text: Substring) -> String {
    text.utf8.allSatisfy { $0.isASCIILowercase || $0 == UInt8(ascii: "_") } ? String(text) : "…"
  }

  /// `nil` if the bytes are not JSON.
  private static func shape(_ scanner: inout JSONScanner) -> String? {
    switch scanner.kind() {
    case nil: return nil
    case .object:
      var members: [(name: String, shape: String)] = []
      let isWhole = scanner.object { name, scanner in
        guard let shape = shape(&scanner) else { return false }
        members.append((name, shape))
        return true
      }
      let entries = members.sorted { $0.name < $1.name }.map { "\"\($0.name)\":\($0.shape)" }
      return isWhole ? "{\(entries.joined(separator: ","))}" : nil
    case .array:
      // The first element stands for all.
      var first: String?
      var count = 0
      let isWhole = scanner.array { scanner in
        guard let shape = shape(&scanner) else { return false }
        first = first ?? shape
        count += 1
        return true
      }
      return isWhole ? "[\(first ?? "")\(count > 1 ? ",… of \(count)" : "")]" : nil
    case .string, .number, .boolean, .null: return scanner.value().map { _ in "…" }
    }
  }
}
