/// What a command wants to write to one file of a project, and the bytes that it was planned from.
package struct FileChange: Sendable {
  /// The edit on other bytes (`nil`: no file) than it was planned from; `nil` if it does not fit them.
  package typealias Rebase = @Sendable ([UInt8]?) -> [UInt8]?

  /// Relative to the project's root, with `/` between its parts.
  package let file: String
  /// `nil`: the file is a new one.
  package let before: [UInt8]?
  package let after: [UInt8]
  /// The file is emptied, and then removed.
  package let removesFile: Bool
  /// `nil`: it fits no other bytes.
  let rebase: Rebase?

  /// The file's bytes afterwards; `nil` if it is removed.
  package var result: [UInt8]? { removesFile ? nil : after }

  package init(
    _ file: String, from before: [UInt8]?, to after: [UInt8],
    rebase: Rebase? = nil
  ) {
    self.file = file
    self.before = before
    self.after = after
    removesFile = false
    self.rebase = rebase
  }

  /// Removes a file.
  package init(removing file: String, with before: [UInt8]) {
    self.file = file
    self.before = before
    after = []
    removesFile = true
    rebase = nil
  }
}

/// A file that a change depends on, and does not write.
package struct FilePremise: Sendable {
  package let file: String
  package let bytes: [UInt8]

  package init(_ file: String, _ bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }
}
