import Encodings
import FoundationEssentials
private import Glibc
import Model

/// Which session keys were made here, when, and for how many messages: a small file beside the
/// keyring, with a digest of the key packets and no key.
///
/// New values never join another session key: the author of a message from elsewhere may know its
/// session key, or a removed recipient may, and could read whatever joined it.
struct OwnSessionKeyLog: Sendable {
  /// Messages that may share a session key.
  static let maxMessages = 1 << 20
  /// Seconds for which new messages may join a session key: a year.
  static let maxAge: Int64 = 365 * 24 * 60 * 60

  struct Made: Hashable, Sendable {
    /// Seconds since 1970.
    var created: Int64
    var messages: Int
  }

  private let path: String
  private let isReadOnly: Bool

  /// - Parameter isReadOnly: `add` records nothing, because the messages will not be used.
  init(home: String, isReadOnly: Bool = false) {
    path = home + "/vaultctl-session-keys"
    self.isReadOnly = isReadOnly
  }

  /// Keyed by the digest of the key packets.
  func all() -> [String: Made] {
    guard Self.isPrivate(path), let bytes = try? Data(contentsOf: URL(filePath: path)) else {
      return [:]
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    return Dictionary(
      lines.compactMap { line in
        let words = line.split(separator: " ")
        // Numbers that this program does not write say nothing about a key.
        guard words.count == 3, let created = Int64(words[1]), created >= 0,
          let messages = Int(words[2]), (0...Self.maxMessages).contains(messages)
        else { return nil }
        return (String(words[0]), Made(created: created, messages: messages))
      }
    ) { $1 }
  }

  /// Adds messages to a session key's count, and drops the keys that may not be joined any more. If
  /// the folder cannot be written, nothing is recorded, and the next run makes its own session key.
  func add(_ messages: Int, to message: SessionMessage, at now: Int64) {
    if isReadOnly { return }
    let lock = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else { return }
    defer { close(lock) }
    guard flock(lock, LOCK_EX) == 0 else { return }
    var made = all().filter { $0.value.isYoung(at: now) }
    made[Self.digest(of: message), default: Made(created: now, messages: 0)].messages += messages
    let text = made.sorted { $0.key < $1.key }
      .map { "\($0.key) \($0.value.created) \($0.value.messages)\n" }.joined()
    let temporary = "\(path).\(getpid())"
    let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    let bytes = Array(text.utf8)
    let isWritten = unsafe write(file, bytes, bytes.count) == bytes.count
    close(file)
    let isInPlace = unsafe isWritten && rename(temporary, path) == 0
    if !isInPlace { unsafe unlink(temporary) }
  }

  private var lockPath: String { path + ".lock" }

  static func digest(of message: SessionMessage) -> String {
    hexadecimal(GCrypt.sha256(message.keyPackets.span))
  }

  /// Our own file, which no other user can write to.
  private static func isPrivate(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      && status.st_uid == geteuid() && status.st_mode & 0o022 == 0
  }
}

extension OwnSessionKeyLog.Made {
  /// The age of a date in the future is unknown.
  func isYoung(at now: Int64) -> Bool {
    (0..<OwnSessionKeyLog.maxAge).contains(now - created)
  }

  /// The number of messages that may still join it.
  func room(at now: Int64) -> Int {
    isYoung(at: now) ? max(0, OwnSessionKeyLog.maxMessages - messages) : 0
  }
}
