/// The 64-bit id by which a message names the keys that it is addressed to: 16 upper-case hex digits.
package struct KeyID: Hashable, Sendable, CustomStringConvertible {
  /// A recipient that the message hides.
  package static let hidden = KeyID("0000000000000000")

  package let rawValue: String
  package init(_ rawValue: String) { self.rawValue = rawValue }
  package var description: String { rawValue }
}
