/// A file's bytes for excerpts, and what of them must not be shown.
package struct RedactedSource: Sendable {
  enum Hidden {
    case ranges([Range<Int>])
    case everyValue(keys: Set<String>)
  }

  let bytes: [UInt8]
  let hidden: Hidden

  /// - Parameter hidden: the bytes to mask, in any order. Comments are masked as well.
  package init(_ bytes: [UInt8], hidden: [Range<Int>]) {
    self.bytes = bytes
    self.hidden = .ranges(hidden)
  }

  /// A file that could not be read far enough to know what is secret in it.
  ///
  /// - Parameter keys: the words that may be shown where a line begins with one of them and a colon;
  ///   everything else is masked.
  package init(unread bytes: [UInt8], keys: Set<String> = []) {
    self.bytes = bytes
    hidden = .everyValue(keys: keys)
  }
}
