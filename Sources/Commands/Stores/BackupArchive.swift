import Crypto
import Encodings
import Foundation
import Model
import Secrets

/// A backup: what is in it on the first line, as JSON; then the store's bytes, encrypted.
///
/// The bytes are AES-256-GCM chunks under a random key, which the first line holds as an OpenPGP message
/// to the recipients. Each chunk is authenticated with the first line, its number and whether it is the
/// last, so that none can be changed, moved or left out.
struct BackupArchive {
  /// What is in a backup, readable without a key.
  struct Header: Codable, Hashable {
    var formatVersion = "1.0"
    let project: String
    let projectID: String
    let environment: String?
    /// The store's display name.
    let store: String
    let createdAt: String
    let toolVersion: String
    let connections: Int
    /// Of the store, in bytes.
    let size: Int
    /// Armored.
    let key: String

    private enum CodingKeys: String, CodingKey {
      case formatVersion = "format_version"
      case project
      case projectID = "project_id"
      case environment, store
      case createdAt = "created_at"
      case toolVersion = "tool_version"
      case connections, size, key
    }
  }

  /// What every version says of itself, whatever else is on its first line.
  private struct Format: Codable {
    let formatVersion: String

    private enum CodingKeys: String, CodingKey {
      case formatVersion = "format_version"
    }
  }

  enum Fault: Error, Hashable {
    case notABackup
    case newerFormat(String)
    /// Changed, cut off, or of another key.
    case damaged
  }

  /// Bytes of a whole chunk.
  private static let chunkSize = 1 << 20
  /// Of AES-GCM: a nonce before, and a tag after each chunk.
  private static let overhead = 12 + 16

  let header: Header
  private let firstLine: [UInt8]
  private let body: ArraySlice<UInt8>

  /// - Throws: if the first line is not a header that this version reads.
  init(_ bytes: [UInt8]) throws(Fault) {
    guard let end = bytes.prefix(1 << 20).firstIndex(of: UInt8(ascii: "\n")),
      let format = try? JSONDecoder().decode(Format.self, from: Data(bytes[..<end]))
    else { throw .notABackup }
    guard format.formatVersion.hasPrefix("1.") else { throw .newerFormat(format.formatVersion) }
    guard let header = try? JSONDecoder().decode(Header.self, from: Data(bytes[..<end])) else {
      throw .notABackup
    }
    self.header = header
    firstLine = Array(bytes[..<end])
    body = bytes[(end + 1)...]
  }

  /// The bytes of an archive.
  static func bytes(of store: [UInt8], _ header: Header, key: SecretBytes) throws -> [UInt8] {
    let firstLine = Array(try canonicalJSON(header).utf8)
    var bytes = firstLine + [UInt8(ascii: "\n")]
    bytes.reserveCapacity(store.count + store.count / 1000 + 4096)
    let secret = symmetric(key)
    var number = 0
    var rest = store[...]
    repeat {
      let chunk = rest.prefix(chunkSize)
      rest = rest.dropFirst(chunkSize)
      let box = try AES.GCM.seal(
        chunk, using: secret,
        authenticating: context(firstLine, number, isLast: rest.isEmpty))
      guard let combined = box.combined else {
        preconditionFailure("a nonce of CryptoKit's own has 12 bytes, so the box has this form")
      }
      bytes += Array(combined)
      number += 1
    } while !rest.isEmpty
    return bytes
  }

  /// The store's bytes.
  func opened(with key: SecretBytes) throws(Fault) -> [UInt8] {
    let secret = Self.symmetric(key)
    var store: [UInt8] = []
    var number = 0
    var rest = body
    repeat {
      let chunk = rest.prefix(Self.chunkSize + Self.overhead)
      rest = rest.dropFirst(Self.chunkSize + Self.overhead)
      guard let box = try? AES.GCM.SealedBox(combined: Array(chunk)),
        let plain = try? AES.GCM.open(
          box, using: secret,
          authenticating: Self.context(firstLine, number, isLast: rest.isEmpty))
      else { throw .damaged }
      store += plain
      number += 1
    } while !rest.isEmpty
    guard store.count == header.size else { throw .damaged }
    return store
  }

  private static func context(_ firstLine: [UInt8], _ number: Int, isLast: Bool) -> [UInt8] {
    firstLine + Array("\n\(number)\(isLast ? " last" : "")".utf8)
  }

  private static func symmetric(_ key: SecretBytes) -> SymmetricKey {
    key.withBytes { span in SymmetricKey(data: span.indices.map { span[$0] }) }
  }
}
