import Diagnostics
import Manifests
import Model
import SourceYAML

/// A manifest's text as a page may show it: sealed values as digests, and no secret that waits for
/// `encrypt`.
struct ShownManifest {
  let text: String

  /// - Parameter owners: of keys, by id.
  init(_ bytes: [UInt8], _ file: String, _ workspace: Workspace, owners: [String: String]) {
    let (yaml, faults) = YAMLFile.parse(bytes, file: file)
    let manifest = Manifest(
      yaml, parseFaults: faults, catalog: workspace.catalog,
      environment: workspace.project.environment(of: file)?.name,
      over: workspace.contents.baseDocuments)
    if faults.hasErrors {
      // As in an excerpt: nobody knows what is secret in it.
      text = "••• (it is no YAML: vaultctl validate)\n"
      return
    }
    let secrets = manifest.documents.flatMap(\.slots).filter(\.isPlaintextSecret)
      .map(\.range.byteRange)
    // A value in a place that nobody knows may be a secret, too.
    let isKnown = manifest.diagnostics.allSatisfy {
      $0.severity != .error || $0.code == .plaintextSecret
    }
    text = SealedSummary(Self.masked(bytes, isKnown ? secrets : secrets + manifest.hidden))
      .text(owners: owners)
  }

  /// Messages stay, so that they are summarized.
  private static func masked(_ bytes: [UInt8], _ ranges: [Range<Int>]) -> String {
    var masked: [UInt8] = []
    var copied = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound })
    where range.upperBound > copied && !range.isEmpty {
      if SealedMessage.looksSealed(String(decoding: bytes[range], as: UTF8.self)) { continue }
      if range.lowerBound >= copied { masked += bytes[copied..<range.lowerBound] + "•••".utf8 }
      // The rest of an unquoted password may be a comment.
      let rest = bytes[range.upperBound...].prefix { $0 != 0x0A && $0 != 0x0D }
      copied = rest.contains(UInt8(ascii: "#")) ? rest.endIndex : range.upperBound
    }
    return String(decoding: masked + bytes[copied...], as: UTF8.self)
  }
}
