/// An endpoint's URL, in which `{field}` stands for that field of the setup.
package struct EndpointTemplate: Hashable, Sendable, ExpressibleByStringLiteral {
  package let text: String

  package init(_ text: String) { self.text = text }
  package init(stringLiteral text: String) { self.init(text) }

  /// The fields in the text, in order.
  package var fields: [FieldName] {
    text.split(separator: "{").compactMap { part in
      part.firstIndex(of: "}").map { FieldName(String(part[..<$0])) }
    }
  }

  /// `nil` if a field has no value.
  package func filled(with value: (FieldName) -> String?) -> String? {
    var url = text
    for field in fields {
      guard let value = value(field), !value.isEmpty else { return nil }
      url = url.replacing("{\(field)}", with: value)
    }
    return url
  }
}
