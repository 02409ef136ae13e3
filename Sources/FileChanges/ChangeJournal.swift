import Files
import Foundation

/// The lock of a project's writers and the journal of what they are about to do, in one file:
/// `.vaultctl/changes`.
///
/// It exists only while files are changed. Its lines are the record, then `commit` once every new file
/// is on the disk, and `revert` if they are taken back.
@safe struct ChangeJournal: ~Copyable {
  static let folder = ".vaultctl"
  static let file = folder + "/changes"

  enum Phase { case begun, committed, reverting }

  /// What a killed command left.
  enum Found {
    /// Nothing that changed a file.
    case nothing
    case interrupted(ChangeRecord, Phase)
    /// Nobody wrote it here.
    case foreign
  }

  private let path: ProjectPath
  private let descriptor: Int32

  private init(path: ProjectPath, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Takes the lock, waiting for other commands while they write.
  ///
  /// - Parameter creates: whether the caller is about to write; else there is none to take where no
  ///   command is writing or was killed.
  static func locked(_ path: ProjectPath, creates: Bool) throws(ChangeFault) -> ChangeJournal? {
    for _ in 0..<tries {
      try path.requireNoLink(to: file)
      if creates, unsafe mkdir(path.of(folder), 0o700) != 0, errno != EEXIST {
        throw .system(folder, errno)
      }
      let flags = O_NOFOLLOW | O_NOCTTY | O_CLOEXEC
      var descriptor = unsafe open(
        path.of(file), O_RDWR | flags | (creates ? O_CREAT : 0), 0o600)
      if descriptor < 0, !creates {
        descriptor = unsafe open(path.of(file), O_RDONLY | O_NONBLOCK | flags)
        if descriptor < 0 { return nil }
      }
      guard descriptor >= 0 else {
        // Its folder was removed meanwhile.
        if errno == ENOENT { continue }
        throw .system(file, errno)
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
        let journal = ChangeJournal(path: path, descriptor: descriptor)
        if journal.isCurrent { return journal }
        continue
      }
      let number = errno
      close(descriptor)
      guard number == EWOULDBLOCK || number == EINTR else { throw .system(file, number) }
      usleep(pause)
    }
    throw .busy
  }

  /// Microseconds between tries, and their number: 30 seconds.
  private static let pause: UInt32 = 10_000
  private static let tries = 3000

  /// Whether the file that is locked is still the one that the path names.
  private var isCurrent: Bool {
    var own = stat()
    guard unsafe fstat(descriptor, &own) == 0, let named = path.status(of: Self.file) else {
      return false
    }
    return own.st_ino == named.st_ino && own.st_dev == named.st_dev
  }

  var inode: UInt64 {
    var own = stat()
    return unsafe fstat(descriptor, &own) == 0 ? UInt64(own.st_ino) : 0
  }

  func found() throws(ChangeFault) -> Found {
    let bytes: [UInt8]
    do throws(RegularFile.Fault) {
      bytes = try RegularFile(limit: Self.limit).bytes(path.of(Self.file))
    } catch {
      throw .unreadable(Self.file, error)
    }
    // A line without its end was not written to its end, and nothing was done after it.
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
    guard let first = lines.first else { return .nothing }
    guard let record = try? JSONDecoder().decode(ChangeRecord.self, from: Data(first)),
      record.inode == inode, record.entries.allSatisfy(\.isInside)
    else { return .foreign }
    let words = lines.dropFirst().map { String(decoding: $0, as: UTF8.self) }
    if words.contains(Self.reverting) { return .interrupted(record, .reverting) }
    return .interrupted(record, words.contains(Self.committed) ? .committed : .begun)
  }

  private static let limit = 64 << 20
  private static let committed = "commit"
  private static let reverting = "revert"

  /// On the disk when it returns.
  func begin(_ record: ChangeRecord) throws(ChangeFault) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let bytes = try? encoder.encode(record) else { throw .system(Self.file, EINVAL) }
    if ftruncate(descriptor, 0) != 0 { throw .system(Self.file, errno) }
    try append(Array(bytes))
    try path.synchronize(folder: Self.folder)
    try path.synchronize(folder: ".")
  }

  func commit() throws(ChangeFault) { try append(Array(Self.committed.utf8)) }
  func revert() throws(ChangeFault) { try append(Array(Self.reverting.utf8)) }

  private func append(_ line: [UInt8]) throws(ChangeFault) {
    lseek(descriptor, 0, SEEK_END)
    try ProjectPath.write(line + [0x0A], to: descriptor, of: Self.file)
  }

  /// The last step: nothing is left to be done. Repeated, it does not end the journal of another.
  func end() throws(ChangeFault) {
    if isCurrent { try path.remove(Self.file) }
  }
}
