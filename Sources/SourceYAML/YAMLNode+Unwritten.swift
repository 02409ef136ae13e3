import Diagnostics

extension YAMLNode {
  /// A value that is not in the file at all: `key:`.
  var isUnwritten: Bool {
    guard case .none = link, let scalar else { return false }
    return scalar.style == .plain && scalar.text.utf8.isEmpty && layout.propertyBytes == 0
  }

  func moved(to location: Position, lacksColon: Bool) -> YAMLNode {
    var layout = layout
    if lacksColon { layout.flags.insert(.lacksColon) }
    return YAMLNode(range: SourceRange(at: location), content: content, link: link, layout: layout)
  }
}
