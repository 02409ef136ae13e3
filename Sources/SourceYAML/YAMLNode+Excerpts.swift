import Diagnostics

extension YAMLNode {
  /// The bytes of a node's anchor and tag, and of what is between them and its value; empty if it has
  /// neither.
  package var propertyBytes: Range<Int> {
    let start = range.start.offset
    return start - Int(layout.propertyBytes)..<start
  }
}
