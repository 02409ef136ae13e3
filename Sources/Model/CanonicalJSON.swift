import FoundationEssentials

/// JSON with sorted keys, so that equal values are equal texts; for types that are rarely written.
package func canonicalJSON(_ value: some Encodable, isPretty: Bool = false) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// The same of a value that is made of texts, whole numbers, lists and such: it can always be written.
package func canonicalText(_ value: some Encodable, isPretty: Bool = false) -> String {
  guard let text = try? canonicalJSON(value, isPretty: isPretty) else {
    preconditionFailure("texts, numbers and lists can always be written as JSON")
  }
  return text
}
