import ArgumentParser
package import Model

extension ConnectionName {
  /// From a command's argument.
  package init(argument text: String) throws {
    guard let name = ConnectionName(text) else {
      throw ValidationError("`\(text)` is not a valid connection name")
    }
    self = name
  }
}
