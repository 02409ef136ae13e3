package import Diagnostics

/// A YAML file: its bytes as they are on disk, and the trees that were read from them.
package struct YAMLFile: Sendable {
  /// The file's name in diagnostics, relative to the project's root.
  package let file: String
  package let bytes: [UInt8]
  /// In file order. A file of nothing but comments has none.
  package let documents: [YAMLDocument]
  /// Spaces that indent the first nested block mapping from its parent.
  let indentStep: Int
  /// The nodes that were read, with those that aliases stand for: what reading the file cost.
  package let nodeCount: Int

  /// Reads every document of a file.
  ///
  /// Duplicate keys, merge keys, tags and keys that cannot be used are collected, and reading
  /// continues; anything else ends the file, and the documents before it are kept. The tree of a
  /// file with an error is for display, not for use.
  package static func parse(
    _ bytes: [UInt8], file: String, limits: YAMLLimits = .standard
  ) -> (YAMLFile, [Diagnostic]) {
    func nothing(_ fault: Diagnostic) -> (YAMLFile, [Diagnostic]) {
      (YAMLFile(file: file, bytes: bytes, documents: [], indentStep: 2, nodeCount: 0), [fault])
    }
    guard bytes.count <= limits.maxBytes else {
      return nothing(.fileTooLarge(file: file, bytes: bytes.count, limit: limits.maxBytes))
    }
    let source: SourceText
    do {
      source = try SourceText(bytes, file: file)
    } catch {
      return nothing(error)
    }
    let directives = source.directives
    if directives.count > limits.maxDirectives, let first = directives.first {
      return nothing(
        .tooManyDirectives(limits.maxDirectives, at: .source(file: file, range: first)))
    }
    return unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let reader = unsafe EventReader(over: buffer.dropBytes(source.base)) else {
        return nothing(.outOfMemory(file: file))
      }
      var builder = TreeBuilder(source: source, file: file, limits: limits, reader: reader)
      let documents = builder.readDocuments()
      let step = builder.indentStep ?? 2
      return (
        YAMLFile(
          file: file, bytes: bytes, documents: documents, indentStep: step,
          nodeCount: builder.nodes),
        builder.faults
      )
    }
  }
}

/// One document of a file.
package struct YAMLDocument: Sendable {
  /// From its first directive, `---` or node to the end of its node or its `...`.
  package let range: SourceRange
  /// Absent if the document has nothing but comments.
  package let root: YAMLNode?
}

extension UnsafeBufferPointer<UInt8> {
  fileprivate func dropBytes(_ count: Int) -> Self {
    unsafe UnsafeBufferPointer(rebasing: self[count...])
  }
}

extension Diagnostic {
  fileprivate static func fileTooLarge(file: String, bytes: Int, limit: Int) -> Diagnostic {
    Diagnostic(
      .fileTooLarge, "`\(file)` is larger than \(limit) bytes", at: .file(file),
      notes: ["it has \(bytes) bytes"],
      help: ["split it into several files: a file may hold a single document"])
  }

  fileprivate static func outOfMemory(file: String) -> Diagnostic {
    Diagnostic(
      .invalidYAML, "the YAML parser ran out of memory", at: .file(file),
      help: ["free memory, then run the command again"])
  }
}
