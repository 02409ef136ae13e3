/// A flow from a store: its name, and its unparsed definition.
package struct FlowDefinition: Hashable, Sendable {
  package let name: String
  /// JSON, in the vendor's export format.
  package let json: [UInt8]

  package init(name: String, json: [UInt8]) {
    self.name = name
    self.json = json
  }
}
