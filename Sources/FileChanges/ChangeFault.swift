package import Files

/// Why changes were not made. Files are named as in the changes.
package enum ChangeFault: Error, Hashable {
  /// Another command has been changing files for too long.
  case busy
  /// A file is not what a change was planned from, and the change does not fit what it is now.
  case moved(String)
  /// There is a file where a new one should be.
  case exists(String)
  /// Another program changes the file again and again.
  case unsettled(String)
  case unreadable(String, RegularFile.Fault)
  /// It belongs to another user, and what replaces it could not.
  case ownerNotKept(String)
  /// The system's `errno`; nothing was changed.
  case system(String, Int32)
  /// The journal is there, and this could not be done; the next command tries again.
  case unfinished(String, Int32)
  /// Everything was written, and this could not be removed; the next command tries again.
  case uncleaned(String, Int32)
  /// The journal was not written here.
  case foreignJournal
}

/// What was done about changes that a killed command left.
package struct Recovery: Hashable, Sendable {
  package enum Outcome: Sendable {
    case finished, takenBack
  }

  package let outcome: Outcome
  package let files: [String]
  /// Versions of other programs that are in no other file, under the names that they have now.
  package let kept: [String]
}
