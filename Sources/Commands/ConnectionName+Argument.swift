import ArgumentParser
import Model

extension ConnectionName {
  /// What somebody has typed.
  init(argument text: String) throws {
    guard let name = ConnectionName(text) else {
      throw ValidationError("`\(text)` is not a connection's name")
    }
    self = name
  }
}
