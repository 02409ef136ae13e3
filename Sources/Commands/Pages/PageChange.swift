import Pages
import Reports

/// What a page shows of a change: of one that is asked for, or of what was written and is not committed.
struct PageChange: Encodable {
  /// A file after the change.
  struct File: Encodable {
    let file: String
    /// Sealed values as digests; absent if the file is removed.
    let text: String?
  }

  let files: [File]
  /// As `diff -u`, with sealed values as digests.
  let diff: String
  /// What puts it under review.
  let commands: [String]
  /// Of a change that is asked for: the plans that it makes, of its connections alone.
  var plans: [PageEnvironment]?
  /// Why a plan is missing.
  var faults: [DiagnosticForm]?
}
