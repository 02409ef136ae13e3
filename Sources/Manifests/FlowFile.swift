package import Diagnostics
import Encodings
package import Model

/// A flow definition: one JSON object, in the format that Auth0's tools export.
package struct FlowFile: Sendable {
  /// What could be read of it; what could not be read is one of its gaps.
  package let flow: Flow
  /// What is wrong with a file that should be a flow.
  package let diagnostics: [Diagnostic]
  package let source: RedactedSource

  /// Unknown keys are ignored, but `connection_id` is looked for everywhere.
  ///
  /// - Parameters:
  ///   - file: the name in locations.
  ///   - name: the flow's name, if its definition has none.
  package init(_ bytes: [UInt8], file: String, name: String? = nil) {
    let positions = TextPositions(bytes)
    do throws(JSONTree.Fault) {
      let root = try JSONTree(bytes)
      var collector = FlowStepCollector(file: file, positions: positions)
      collector.collect(root)
      let title = ["name", "id"].lazy.compactMap { root[$0]?.string }.first { !$0.isEmpty }
      flow = Flow(
        name: title ?? name ?? file, file: file, steps: collector.steps, gaps: collector.gaps)
      diagnostics = collector.diagnostics.sorted(in: file)
      source = RedactedSource(bytes, hidden: collector.hiddenBytes(under: root))
    } catch {
      let isEmpty = bytes.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
      let location: Location =
        isEmpty
        ? .file(file)
        : .source(file: file, range: SourceRange(at: positions.position(at: error.offset)))
      let reason = isEmpty ? "it is empty" : error.reason
      flow = Flow(
        name: name ?? file, file: file, steps: [],
        gaps: [FlowGap(reason: reason, location: location)])
      diagnostics = [.invalidFlow(reason, at: location)]
      source = RedactedSource(unread: bytes)
    }
  }
}

extension Diagnostic {
  static func invalidFlow(
    _ reason: String, severity: Severity = .error, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .invalidFlow, "invalid flow definition: \(reason)", severity: severity, at: location,
      help: ["export it again, or remove it from `flows` in \(Project.fileName)"])
  }
}
