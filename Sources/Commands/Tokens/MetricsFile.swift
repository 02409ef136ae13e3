import Diagnostics
import Files
import Foundation
import Model
import Reports

/// The file that `refresh --watch` keeps its metrics in, for the textfile collector of node_exporter and
/// for `vaultctl probe`.
struct MetricsFile: Sendable {
  private let path: String

  /// - Throws: if a file of this name holds something else.
  init(_ path: String) throws {
    self.path = path
    do throws(RegularFile.Fault) {
      let bytes = try RegularFile(limit: FileLimit.metrics).bytes(path)
      if bytes.isEmpty || bytes.starts(with: RenewalMetrics.firstLine.utf8) { return }
    } catch {
      switch error {
      case .missing, .link, .notRegular: return
      case .tooLarge, .changed, .system: throw Diagnostic(error, path)
      }
    }
    throw Diagnostic(
      .alreadyExists, "`\(path)` exists and has no metrics of vaultctl", at: .file(path),
      notes: ["it was not changed"], help: ["choose another name: --metrics-file vaultctl.prom"])
  }

  /// Atomically, so that a collector never reads a part. Any user may read it: it names connections, and
  /// has no value of theirs.
  func replace(with metrics: RenewalMetrics) throws(Diagnostic) {
    try PrivateFile(path).replace(with: Array(metrics.text.utf8), mode: 0o644)
  }

  /// What the metrics in a file say.
  static func passes(in path: String, at now: Timestamp) throws -> ServicePasses {
    do throws(RegularFile.Fault) {
      let bytes = try RegularFile(limit: FileLimit.metrics).bytes(path)
      return ServicePasses(metrics: String(decoding: bytes, as: UTF8.self), at: now)
    } catch {
      throw Failure(Diagnostic(error, path))
    }
  }
}
