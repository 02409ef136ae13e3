import Files
import Foundation

/// Changes several files of a project, or none of them.
///
/// - Every change states the bytes that it was planned from. Where a file has other bytes by then, the
///   change is made again on them, or all are refused.
/// - Commands of ours are kept apart by a lock, which is held only while files are written. Another
///   program cannot be: what it saved in between comes out of an exchange (renameat2(2),
///   `RENAME_EXCHANGE`), and is put back.
/// - A journal has what a killed command left finished or taken back by the next.
package struct FileTransaction: Sendable {
  private let path: ProjectPath
  private let limit: Int

  /// How often other programs may save a file between our look at it and the exchange.
  private static let patience = 20
  /// Microseconds.
  private static let pause: UInt32 = 100_000

  /// - Parameters:
  ///   - root: the project's folder.
  ///   - limit: of a file, in bytes.
  package init(root: String, limit: Int) {
    path = ProjectPath(root: root)
    self.limit = limit
  }

  // MARK: - Recovery

  /// Finishes or takes back what a killed command left. Nothing is written if there is nothing.
  package func recover() throws(ChangeFault) -> Recovery? {
    guard path.status(of: ChangeJournal.folder).map({ $0.st_mode & S_IFMT == S_IFDIR }) ?? false,
      path.status(of: ChangeJournal.file) != nil,
      let journal = try ChangeJournal.locked(path, creates: false)
    else { return nil }
    let recovery = try recover(journal)
    do throws(ChangeFault) {
      try journal.end()
    } catch {
      // Nothing depends on an empty journal.
      if recovery != nil { throw error.asUnfinished }
    }
    return recovery
  }

  private func recover(_ journal: borrowing ChangeJournal) throws(ChangeFault) -> Recovery? {
    switch try journal.found() {
    case .nothing: return nil
    case .foreign: throw .foreignJournal
    case .interrupted(let record, let phase):
      let changes = JournaledChanges(record: record, path: path, limit: limit)
      do throws(ChangeFault) {
        switch phase {
        case .committed:
          if try changes.carryOut() == nil {
            let kept = try changes.clean(wasCommitted: true)
            try changes.removeEmptied()
            return Recovery(outcome: .finished, files: record.files, kept: kept)
          }
          try journal.revert()
          fallthrough
        case .reverting:
          try changes.takeBack()
          let kept = try changes.clean(wasCommitted: true)
          changes.removeFolders()
          return Recovery(outcome: .takenBack, files: record.files, kept: kept)
        case .begun:
          _ = try changes.clean(wasCommitted: false)
          changes.removeFolders()
          return Recovery(outcome: .takenBack, files: record.files, kept: [])
        }
      } catch {
        throw error.asUnfinished
      }
    }
  }

  // MARK: - Changes

  /// Writes all changes, or none.
  ///
  /// 1. What a killed command left is finished or taken back.
  /// 2. Every file is compared with the bytes that its change was planned from.
  /// 3. The journal says what is about to be done; the new files are written under temporary names.
  /// 4. They are exchanged for the previous ones, and what comes out is compared again. If another
  ///    program saved it, everything is taken back, and begins again with step 2.
  /// 5. The previous files are removed, then the emptied ones that should be, and the journal.
  ///
  /// - Parameter premises: files that must be as they were, too.
  /// - Returns: what step 1 did.
  @discardableResult
  package func commit(
    _ changes: [FileChange], given premises: [FilePremise] = []
  ) throws(ChangeFault) -> Recovery? {
    guard let journal = try ChangeJournal.locked(path, creates: true) else { throw .busy }
    let recovery = try recover(journal)
    var fault: ChangeFault?
    for _ in 0..<Self.patience {
      do throws(ChangeFault) {
        let planned = try current(changes, given: premises)
        guard let conflict = try attempt(planned, journal) else { return recovery }
        fault = .unsettled(conflict)
      } catch {
        // An editor that does not save by rename may be half-way.
        guard fault != nil, case .moved = error else {
          if !error.leavesJournal { try journal.end() }
          throw error
        }
        fault = error
        usleep(Self.pause)
      }
    }
    try journal.end()
    throw fault ?? .busy
  }

  /// Compares every file with the bytes that its change was planned from; writes nothing.
  package func check(
    _ changes: [FileChange], given premises: [FilePremise] = []
  ) throws(ChangeFault) {
    _ = try current(changes, given: premises)
  }

  /// The changes on the bytes that the files have now, without those that change nothing.
  private func current(
    _ changes: [FileChange], given premises: [FilePremise]
  ) throws(ChangeFault) -> [FileChange] {
    for premise in premises where try bytes(of: premise.file) != premise.bytes {
      throw .moved(premise.file)
    }
    var planned: [FileChange] = []
    for change in changes {
      try path.requireNoLink(to: change.file)
      let present = try bytes(of: change.file)
      if present == change.before {
        planned.append(change)
      } else if let after = change.rebase?(present) {
        planned.append(FileChange(change.file, from: present, to: after))
      } else {
        // A new file that another command made meanwhile is one of the same kind.
        let isForeign = change.before == nil && change.rebase == nil
        throw isForeign ? .exists(change.file) : .moved(change.file)
      }
    }
    return planned.filter { $0.before != $0.after }
  }

  /// `nil` if there is no file.
  private func bytes(of file: String) throws(ChangeFault) -> [UInt8]? {
    do throws(RegularFile.Fault) {
      return try RegularFile(limit: limit).bytes(path.of(file))
    } catch {
      if error == .missing { return nil }
      throw .unreadable(file, error)
    }
  }

  /// - Returns: a file that is another program's by now; nothing was changed then.
  private func attempt(
    _ planned: [FileChange], _ journal: borrowing ChangeJournal
  ) throws(ChangeFault) -> String? {
    if planned.isEmpty {
      try journal.end()
      return nil
    }
    let record = ChangeRecord(
      inode: journal.inode,
      entries: planned.map {
        ChangeRecord.Entry(
          $0.file, before: $0.before, after: $0.after, removesFile: $0.removesFile)
      },
      folders: missingFolders(of: planned))
    let changes = JournaledChanges(record: record, path: path, limit: limit)
    do throws(ChangeFault) {
      try journal.begin(record)
      try prepare(planned, record)
      try journal.commit()
    } catch {
      try abandon(changes, journal, because: error)
    }
    var conflict: String?
    do throws(ChangeFault) {
      conflict = try changes.carryOut()
      if conflict != nil { try revert(changes, journal) }
    } catch {
      do throws(ChangeFault) {
        try revert(changes, journal)
        try journal.end()
      } catch {
        throw error.asUnfinished
      }
      throw error
    }
    if conflict != nil { return conflict }
    do throws(ChangeFault) {
      _ = try changes.clean(wasCommitted: true)
      try changes.removeEmptied()
      try journal.end()
    } catch {
      throw error.asUncleaned
    }
    return nil
  }

  private func missingFolders(of planned: [FileChange]) -> [String] {
    let folders = planned.flatMap { ProjectPath.ancestors(of: $0.file) }
    return Set(folders).filter { path.status(of: $0) == nil }.sorted()
  }

  private func prepare(
    _ planned: [FileChange], _ record: ChangeRecord
  ) throws(ChangeFault) {
    for folder in record.folders where unsafe mkdir(path.of(folder), 0o777) != 0 {
      if errno != EEXIST { throw .system(folder, errno) }
    }
    for (change, entry) in zip(planned, record.entries) {
      try PreparedFile.write(change.after, for: entry, in: path)
    }
    try path.synchronize(foldersOf: record.files)
    try path.synchronize(foldersOf: record.folders)
  }

  /// Before a file has changed.
  private func abandon(
    _ changes: JournaledChanges, _ journal: borrowing ChangeJournal, because fault: ChangeFault
  ) throws(ChangeFault) -> Never {
    do throws(ChangeFault) {
      _ = try changes.clean(wasCommitted: false)
      changes.removeFolders()
      try journal.end()
    } catch {
      throw error.asUnfinished
    }
    throw fault
  }

  private func revert(
    _ changes: JournaledChanges, _ journal: borrowing ChangeJournal
  ) throws(ChangeFault) {
    try journal.revert()
    try changes.takeBack()
    _ = try changes.clean(wasCommitted: true)
    changes.removeFolders()
  }
}

extension ChangeFault {
  /// Whether the next command has to read it.
  fileprivate var leavesJournal: Bool {
    switch self {
    case .unfinished, .uncleaned, .foreignJournal: true
    case .busy, .moved, .exists, .unsettled, .unreadable, .ownerNotKept, .system: false
    }
  }

  fileprivate var asUnfinished: ChangeFault {
    if case .system(let file, let number) = self { .unfinished(file, number) } else { self }
  }

  fileprivate var asUncleaned: ChangeFault {
    if case .system(let file, let number) = self { .uncleaned(file, number) } else { self }
  }
}
