import ArgumentParser
import Model

extension NumberLimit {
  /// - Throws: a usage error that names the limit.
  func validate(_ number: some BinaryInteger, of option: String) throws {
    guard contains(number) else { throw ValidationError("\(option) must be \(summary)") }
  }
}
