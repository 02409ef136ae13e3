/// A flow as a store hands it out: its name, and the definition that has yet to be parsed.
package struct FlowDefinition: Hashable, Sendable {
  package let name: String
  /// JSON, in the vendor's export format.
  package let json: [UInt8]

  package init(name: String, json: [UInt8]) {
    self.name = name
    self.json = json
  }
}
