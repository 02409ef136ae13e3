package import Diagnostics

/// A text of the project file, and its location.
package struct LocatedText: Hashable, Sendable {
  package let text: String
  package let location: Location

  package init(_ text: String, at location: Location) {
    self.text = text
    self.location = location
  }
}
