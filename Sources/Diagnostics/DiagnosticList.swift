/// The diagnostics of one file while it is read. A bounded number is kept: a file of another person may
/// have a fault in every line, and nobody reads a thousand of them.
package struct DiagnosticList: Sendable {
  /// As many as a file's diagnostics may be.
  package static let standardLimit = 1_000

  private let limit: Int
  private var kept: [Diagnostic] = []
  private var omitted = 0
  private var omitsErrors = false
  /// Those that were not kept count as well.
  package private(set) var errorCount = 0

  package init(limit: Int = standardLimit) { self.limit = limit }

  /// Whether no more are kept.
  package var isFull: Bool { kept.count >= limit }

  package mutating func append(_ diagnostic: Diagnostic) {
    let isError = diagnostic.severity == .error
    if isError { errorCount += 1 }
    if kept.count < limit {
      kept.append(diagnostic)
    } else {
      omitted += 1
      omitsErrors = omitsErrors || isError
    }
  }

  /// In reading order; after the last one, how many more there were.
  package func sorted(in file: String) -> [Diagnostic] {
    let sorted = kept.sorted(by: Diagnostic.inReadingOrder)
    guard omitted > 0 else { return sorted }
    let end = kept.lazy.compactMap { $0.location?.range?.start }.max()
    return sorted + [
      Diagnostic(
        .tooManyFaults, "\(omitted) more in this file \(omitted == 1 ? "is" : "are") not shown",
        severity: omitsErrors ? .error : .warning,
        at: end.map { .source(file: file, range: SourceRange(at: $0)) } ?? .file(file),
        help: ["fix the ones that are shown, then run the command again"])
    ]
  }
}
