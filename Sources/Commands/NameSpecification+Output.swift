import ArgumentParser

extension NameSpecification {
  /// The names of the option that chooses a report's format, for every command that reports.
  static var output: NameSpecification {
    [.customShort("o"), .customLong("output"), .customLong("format")]
  }
}
