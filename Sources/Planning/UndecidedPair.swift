package import Model

/// Two messages of one field, with the connections that they belong to.
package struct UndecidedPair: Sendable {
  package let pair: MessagePair
  package let old: DesiredConnection
  package let new: DesiredConnection
  package let field: FieldName
}
