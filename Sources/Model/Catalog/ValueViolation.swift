package import Diagnostics

/// What is wrong with a field's text. It never holds the text.
package enum ValueViolation: Hashable, Sendable {
  case tooShort(least: Int)
  case tooLong(most: Int)
  case notOneOf([String])
  case wrongFormat(ValueFormat)

  /// Completes "`field` …".
  package var reason: String {
    switch self {
    case .tooShort(1): "is empty"
    case .tooShort(let least): "is shorter than \(least) characters"
    case .tooLong(let most): "is longer than \(most) characters"
    case .notOneOf(let allowed): "is not one of: \(allowed.joined(separator: ", "))"
    case .wrongFormat(let format): "is not \(format.summary)"
    }
  }

  package var code: DiagnosticCode {
    switch self {
    case .tooShort: .tooShort
    case .tooLong: .tooLong
    case .notOneOf: .notOneOf
    case .wrongFormat: .invalidFormat
    }
  }
}

extension ValueConstraint {
  /// The first rule that a value breaks.
  package func violation(of text: String) -> ValueViolation? {
    violation(ofUTF8: text.utf8.span)
  }

  /// The same for an opened secret's bytes, of which no `String` is made.
  package func violation(ofUTF8 bytes: Swift.Span<UInt8>) -> ValueViolation? {
    let length = bytes.scalarCount
    if length < minLength { return .tooShort(least: minLength) }
    if let maxLength, length > maxLength { return .tooLong(most: maxLength) }
    if !oneOf.isEmpty, !oneOf.contains(where: { bytes.equals($0) }) { return .notOneOf(oneOf) }
    if let format, !format.accepts(bytes) { return .wrongFormat(format) }
    return nil
  }
}

extension Swift.Span<UInt8> {
  /// Unicode scalars of UTF-8: the bytes that continue none.
  fileprivate var scalarCount: Int {
    var scalars = 0
    for index in indices where self[index] & 0xC0 != 0x80 { scalars += 1 }
    return scalars
  }

  fileprivate func equals(_ text: String) -> Bool {
    let other = text.utf8.span
    guard count == other.count else { return false }
    return indices.allSatisfy { self[$0] == other[$0] }
  }
}
