/// A flow from a store: its name, and its unparsed definition.
package struct FlowDefinition: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    /// JSON, in the vendor's export format.
    case json([UInt8])
    /// The store did not return this one; with the reason.
    case unreadable(String)
  }

  package let name: String
  package let content: Content

  package init(name: String, content: Content) {
    self.name = name
    self.content = content
  }
}
