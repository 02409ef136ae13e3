import Foundation

/// The changes of one journal: carries them out, or takes them back, from any point at which a command
/// may have ended.
///
/// Nothing is remembered but the record. What was done already is seen by what the files are: the
/// temporary has the new bytes before an exchange, and what was there after it.
struct JournaledChanges {
  let record: ChangeRecord
  let path: ProjectPath
  let limit: Int

  private func exchange(_ entry: ChangeRecord.Entry) -> FileExchange {
    FileExchange(path: path, entry: entry, limit: limit)
  }

  // MARK: - Forward

  /// Gives every file its new bytes. It may be repeated.
  ///
  /// - Returns: the first file that is not what the changes were planned from; `nil` if there is none.
  func carryOut() throws(ChangeFault) -> String? {
    for entry in record.entries where try !isCarriedOut(entry) { return entry.file }
    try path.synchronize(foldersOf: record.files)
    return nil
  }

  private func isCarriedOut(_ entry: ChangeRecord.Entry) throws(ChangeFault) -> Bool {
    let exchange = exchange(entry)
    try exchange.settle()
    let (target, temporary) = (exchange.target, exchange.temporary)
    switch temporary {
    // It was removed, because all files had their new bytes; or a loss of power took it.
    case .missing: return target != entry.stateBefore
    case entry.stateBefore: return true
    case entry.stateAfter:
      if target == entry.stateAfter { return true }
      // It is being removed.
      if entry.removesFile ?? false, target == .missing { return true }
      if target != entry.stateBefore { return false }
      return entry.before == nil
        ? try exchange.createIfMissing() : try exchange.exchangeIfPlanned()
    // What came out of an exchange was another program's.
    case .file, .other:
      if target == entry.stateAfter { try exchange.putBack(over: entry.stateAfter) }
      return false
    }
  }

  // MARK: - Backward

  /// Gives every file its previous bytes, unless another program has changed it. It may be repeated.
  func takeBack() throws(ChangeFault) {
    for entry in record.entries.reversed() { try takeBack(entry) }
    try path.synchronize(
      foldersOf: record.files.filter { path.status(of: ProjectPath.folder(of: $0)) != nil })
  }

  private func takeBack(_ entry: ChangeRecord.Entry) throws(ChangeFault) {
    let exchange = exchange(entry)
    try exchange.settle()
    let temporary = exchange.temporary
    guard entry.before != nil else {
      if temporary == entry.stateAfter { try path.remove(entry.temporary) }
      if exchange.target == entry.stateAfter { try exchange.withdraw() }
      return
    }
    if temporary == entry.stateAfter || temporary == .missing { return }
    if exchange.target == entry.stateAfter { try exchange.putBack(over: entry.stateAfter) }
  }

  // MARK: - Cleaning

  /// Removes the temporaries.
  ///
  /// - Parameter wasCommitted: every temporary was written to its end.
  /// - Returns: those that hold what no other file has, which stay.
  func clean(wasCommitted: Bool) throws(ChangeFault) -> [String] {
    var kept: [String] = []
    for entry in record.entries {
      let state = exchange(entry).temporary
      if wasCommitted, state != .missing, state != entry.stateBefore, state != entry.stateAfter {
        kept.append(entry.temporary)
      } else {
        try path.remove(entry.temporary)
      }
    }
    return kept
  }

  /// Removes the files that were emptied for it, unless another program has written to one. It may be
  /// repeated.
  func removeEmptied() throws(ChangeFault) {
    for entry in record.entries where entry.removesFile ?? false {
      let exchange = exchange(entry)
      if exchange.target == entry.stateAfter { try exchange.withdraw() }
      if exchange.temporary == entry.stateAfter { try path.remove(entry.temporary) }
    }
    try path.synchronize(foldersOf: record.files)
  }

  /// Folders that were made for new files, if they are empty.
  func removeFolders() {
    for folder in record.folders.reversed() { unsafe rmdir(path.of(folder)) }
  }
}
