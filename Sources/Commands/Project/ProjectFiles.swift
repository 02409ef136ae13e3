package import Diagnostics
import Foundation
import Model
import Parallelism

/// The project's files, named relative to its root.
package struct ProjectFiles: ManifestSource {
  package let root: String

  package init(root: String) { self.root = root }

  package func path(_ file: String) -> String { root + "/" + file }

  package func exists(_ file: String) -> Bool { FileManager.default.fileExists(atPath: path(file)) }

  package func read(_ files: [String]) -> [Result<[UInt8], Diagnostic>] {
    files.concurrentMap { file in
      if let bytes = WholeFile.bytes(path(file)) { return .success(bytes) }
      // Foundation describes the failure.
      do {
        return .success(Array(try Data(contentsOf: URL(fileURLWithPath: path(file)))))
      } catch {
        return .failure(.unreadable(file, error))
      }
    }
  }

  package func files(at start: String) throws(Diagnostic) -> [String] {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path(start), isDirectory: &isFolder) else {
      return []
    }
    guard isFolder.boolValue else { return [start] }
    var files: [String] = []
    try list(start == "." ? "" : start + "/", into: &files)
    return files.sorted()
  }

  /// Files below a folder that are not hidden; links are not followed (readdir(3)).
  ///
  /// - Parameter prefix: the folder with a slash at its end; empty for the root.
  private func list(_ prefix: String, into files: inout [String]) throws(Diagnostic) {
    guard let folder = unsafe opendir(path(prefix)) else {
      let name = prefix.isEmpty ? "." : String(prefix.dropLast())
      throw .unreadable(name, POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO))
    }
    defer { unsafe closedir(folder) }
    var folders: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if name.hasPrefix(".") { continue }
      switch unsafe Int(entry.pointee.d_type) {
      case Int(DT_DIR): folders.append(prefix + name)
      case Int(DT_UNKNOWN) where isFolder(prefix + name): folders.append(prefix + name)
      default: files.append(prefix + name)
      }
    }
    for folder in folders { try list(folder + "/", into: &files) }
  }

  /// For file systems that do not report the type in listings.
  private func isFolder(_ file: String) -> Bool {
    var status = stat()
    return unsafe lstat(path(file), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Replaces a file atomically: a reader sees the old bytes or the new ones. Its mode stays.
  package func replace(_ file: String, with bytes: [UInt8]) throws(Diagnostic) {
    let target = path(file)
    let temporary = target + ".vaultctl-\(UInt32.random(in: 0...UInt32.max))"
    do {
      let attributes = try? FileManager.default.attributesOfItem(atPath: target)
      try Data(bytes).write(to: URL(fileURLWithPath: temporary), options: .withoutOverwriting)
      let mode = attributes?[.posixPermissions] ?? 0o644
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: temporary)
      guard unsafe rename(temporary, target) == 0 else { throw CocoaError(.fileWriteUnknown) }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw .unwritable(file, error)
    }
  }

  /// Writes a new file; an existing one is never overwritten.
  package func create(_ file: String, _ text: String) throws(Diagnostic) {
    if exists(file) {
      throw Diagnostic(
        .alreadyExists, "`\(file)` already exists", at: .file(file),
        help: ["move it, or choose another name"])
    }
    let url = URL(fileURLWithPath: path(file))
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url, options: .withoutOverwriting)
    } catch {
      throw .unwritable(file, error)
    }
  }
}

/// Files read with no more than open(2), fstat(2) and read(2).
private enum WholeFile {
  /// `nil` if it cannot be read that way.
  static func bytes(_ path: String) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    let size = Int(status.st_size)
    var isWhole = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = unsafe Foundation.read(
          descriptor, buffer.baseAddress?.advanced(by: count), size - count)
        if got < 0, errno == EINTR { continue }
        if got <= 0 { break }
        count += got
      }
      isWhole = count == size
    }
    return isWhole ? bytes : nil
  }
}
