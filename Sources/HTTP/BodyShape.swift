import Foundation

/// The shape of a body: its members' names, with every value left out.
enum BodyShape {
  static func of(_ body: [UInt8]) -> String {
    if body.isEmpty { return "no body" }
    if let value = try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed) {
      return shape(value)
    }
    // A form (URL Standard, section 5).
    let pairs = String(decoding: body, as: UTF8.self).split(separator: "&")
    guard pairs.allSatisfy({ $0.contains("=") }) else { return "a body that is not JSON" }
    return pairs.map { "\($0.prefix { $0 != "=" })=…" }.joined(separator: "&")
  }

  private static func shape(_ value: Any) -> String {
    if let object = value as? [String: Any] {
      let entries = object.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\(shape($0.value))" }
      return "{\(entries.joined(separator: ","))}"
    }
    if let list = value as? [Any] {
      return "[\(list.first.map(shape) ?? "")\(list.count > 1 ? ",… of \(list.count)" : "")]"
    }
    return "…"
  }
}
