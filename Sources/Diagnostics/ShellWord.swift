import Encodings

/// A text as one word of a shell (POSIX.1-2017, Shell Command Language, 2.2.2), so that the commands
/// in our help can be pasted whatever the names in them hold.
package func shellWord(_ text: String) -> String {
  let isPlain = text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_./".utf8.contains($0) }
  if isPlain { return text }
  return "'"
    + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
    + "'"
}
