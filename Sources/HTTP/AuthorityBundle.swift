import CCurl
import Files
import FoundationEssentials
import Glibc

/// One file with all authorities that a client trusts: libcurl takes no more than one, and only those
/// of a file does it keep from one handshake to the next.
@safe final class AuthorityBundle: Sendable {
  let path: String
  /// A file in memory that is gone with its descriptor; `nil` if the bundle is a file of others.
  private let descriptor: CInt?

  /// - Parameters:
  ///   - standard: the system's own file.
  ///   - isCopied: a copy is made also of a single file, at a path of its own.
  /// - Returns: `nil` if there is nothing but libcurl's own setting.
  init?(
    _ authorities: TrustedAuthorities, standard: String?, isCopied: Bool = false
  ) throws(HTTPFailure) {
    let base = authorities.replacement ?? standard
    if let file = authorities.replacement { _ = try Self.certificates(file) }
    if base == nil, authorities.additional.isEmpty { return nil }
    if !isCopied, authorities.additional.isEmpty, let base {
      path = base
      descriptor = nil
      return
    }
    var content = try base.map { (file) throws(HTTPFailure) in try Self.certificates(file) } ?? []
    for path in authorities.additional {
      content += try Self.isFolder(path) ? Self.folder(path) : Self.certificates(path)
    }
    let descriptor = try Self.fileInMemory(content)
    self.descriptor = descriptor
    path = "/proc/self/fd/\(descriptor)"
  }

  deinit { if let descriptor { Glibc.close(descriptor) } }

  private static let limit = 16 << 20
  /// The end of the line before a certificate: `CERTIFICATE` (RFC 7468 section 5), or OpenSSL's `X509` or
  /// `TRUSTED CERTIFICATE`.
  private static let marker = "CERTIFICATE-----"
  /// `MFD_CLOEXEC`, memfd_create(2).
  private static let closeOnExec: CUnsignedInt = 1

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  /// The certificates of all files in a folder. What has none is passed over, and so is what cannot be read beside
  /// certificates, such as the server's private key.
  private static func folder(_ path: String) throws(HTTPFailure) -> [UInt8] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw .cannotSend("the folder of trusted authorities `\(path)` cannot be read")
    }
    var content: [UInt8] = []
    var unreadable: HTTPFailure?
    for name in names.sorted() {
      let file = "\(path)/\(name)"
      if isNoFile(file) { continue }
      do throws(HTTPFailure) {
        let text = try text(file)
        if hasCertificate(text) { content += text }
      } catch {
        unreadable = unreadable ?? error
      }
    }
    if content.isEmpty, let unreadable { throw unreadable }
    guard !content.isEmpty else { throw .cannotSend("no file in `\(path)` has a certificate") }
    return content
  }

  /// Whether it is a folder, a pipe, or a link to nothing.
  private static func isNoFile(_ path: String) -> Bool {
    var status = stat()
    if unsafe stat(path, &status) == 0 { return status.st_mode & S_IFMT != S_IFREG }
    return errno == ENOENT
  }

  /// The content of a file, which has a certificate.
  private static func certificates(_ path: String) throws(HTTPFailure) -> [UInt8] {
    let text = try text(path)
    guard hasCertificate(text) else {
      throw .cannotSend("the file of trusted authorities `\(path)` has no certificate (PEM)")
    }
    return text
  }

  private static func hasCertificate(_ text: [UInt8]) -> Bool {
    text.count <= limit && text.firstRange(of: marker.utf8) != nil
  }

  /// The content of a file, with a line break at its end.
  private static func text(_ path: String) throws(HTTPFailure) -> [UInt8] {
    var status = stat()
    // Reading a pipe would wait for its writer.
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let content = FileManager.default.contents(atPath: path)
    else {
      throw .cannotSend("the file of trusted authorities `\(path)` cannot be read")
    }
    return content + [UInt8(ascii: "\n")]
  }

  private static func fileInMemory(_ content: [UInt8]) throws(HTTPFailure) -> CInt {
    let descriptor = unsafe memfd_create("vaultctl-authorities", closeOnExec)
    guard descriptor >= 0 else { throw .cannotSend("out of memory") }
    do throws(SystemError) {
      try FileSystem.write(content.span, to: descriptor)
    } catch {
      Glibc.close(descriptor)
      throw .cannotSend("out of memory")
    }
    return descriptor
  }
}
