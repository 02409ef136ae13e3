package import Diagnostics

extension YAMLFile {
  /// The bytes of a document that has content: from its `---` or first line up to the next document. The
  /// comments after it stay in the file, because nobody knows which document they are about.
  ///
  /// - Parameter number: 0-based, among the documents that have content.
  package func bytes(ofDocument number: Int) -> Range<Int> {
    let filled = documents.indices.filter { documents[$0].root != nil }
    let index = filled[number]
    let start = bytes.lineStart(of: documents[index].range.start.offset)
    let next =
      index + 1 < documents.count
      ? bytes.lineStart(of: documents[index + 1].range.start.offset) : bytes.count
    let end = bytes.lineEnd(from: documents[index].range.end.offset)
    let following = end + bytes.breakLength(at: end)
    let isBlank = bytes[min(following, next)..<next].allSatisfy {
      $0.isBlank || $0 == 0x0A || $0 == 0x0D
    }
    return start..<(isBlank ? next : following)
  }

  /// The file without some of its documents; what is left says the same as before.
  ///
  /// - Parameter numbers: 0-based, among the documents that have content.
  /// - Throws: if they cannot be cut out without a change of the others.
  package func removingDocuments(_ numbers: Set<Int>) throws(Diagnostic) -> [UInt8] {
    var after: [UInt8] = []
    var copied = 0
    for range in numbers.sorted().map(bytes(ofDocument:)) {
      after += bytes[copied..<range.lowerBound]
      copied = range.upperBound
    }
    after += bytes[copied...]
    let filled = documents.filter { $0.root != nil }
    let left = filled.indices.filter { !numbers.contains($0) }.map { filled[$0] }
    let expected = ScalarIndex(
      YAMLFile(
        file: file, bytes: bytes, documents: left, indentStep: indentStep, nodeCount: nodeCount))
    let (again, faults) = YAMLFile.parse(after, file: file)
    guard !faults.contains(where: { $0.severity == .error }),
      again.documents.count(where: { $0.root != nil }) == left.count,
      ScalarIndex(again).scalars == expected.scalars
    else {
      let first = numbers.min().map { filled[$0].range } ?? SourceRange(at: .start)
      throw Diagnostic(
        .valueNotEditable, "the document cannot be removed without a change of the others",
        at: .source(file: file, range: SourceRange(at: first.start)),
        notes: ["nothing was changed"],
        help: ["begin each document with a line `---`, then try again"])
    }
    return after
  }
}
