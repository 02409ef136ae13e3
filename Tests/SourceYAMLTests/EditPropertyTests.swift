import Diagnostics
import SourceYAML
import TestSupport
import Testing

@Suite struct EditPropertyTests {
  /// Random files of every style: one value is replaced, and the file read again says the same
  /// but for that value, with every byte outside of the edit as it was.
  @Test func editChangesOnlyItsOwnValue() throws {
    for seed in UInt64(1)...800 {
      var random = SeededGenerator(seed: seed)
      var writer = RandomYAML(random: random)
      let bytes = Array(writer.file().utf8)
      random = writer.random
      let (file, faults) = YAMLFile.parse(bytes, file: "a.yaml")
      try #require(faults.isEmpty, "seed \(seed): \(faults)")
      let root = try #require(file.documents.first?.root)
      let scalars = leaves(root, path: "")
      let chosen = try #require(scalars.randomElement(using: &random))
      let text = try #require(RandomYAML.texts.randomElement(using: &random))
      let change = file.replacing(chosen.node, with: .text(text))
      let after = try file.applying([change])

      let (again, newFaults) = YAMLFile.parse(after, file: "a.yaml")
      let shown = String(decoding: bytes, as: UTF8.self)
      let result = String(decoding: after, as: UTF8.self)
      #expect(newFaults.isEmpty, "seed \(seed) \(chosen.path):\n\(shown)\n---\n\(result)")
      let newRoot = try #require(again.documents.first?.root)
      var expected = Dictionary(uniqueKeysWithValues: scalars.map { ($0.path, meaning($0.node)) })
      expected[chosen.path] = "string:" + text
      let found = Dictionary(
        uniqueKeysWithValues: leaves(newRoot, path: "").map { ($0.path, meaning($0.node)) })
      #expect(found == expected, "seed \(seed) \(chosen.path):\n\(shown)\n---\n\(result)")
      let isLocal = change.forms.contains { form in
        after == bytes[..<form.range.lowerBound] + form.bytes + bytes[form.range.upperBound...]
      }
      #expect(isLocal, "seed \(seed)")
      #expect(comments(shown) == comments(result), "seed \(seed):\n\(shown)\n---\n\(result)")
    }
  }

  @Test func insertionAddsOneEntry() throws {
    for seed in UInt64(1)...400 {
      var writer = RandomYAML(random: SeededGenerator(seed: seed))
      let bytes = Array(writer.file().utf8)
      var random = writer.random
      let file = YAMLFile.parse(bytes, file: "a.yaml").0
      let root = try #require(file.documents.first?.root)
      let chosen = try #require(mappings(root, path: "").randomElement(using: &random))
      let text = try #require(RandomYAML.texts.randomElement(using: &random))
      let after = try file.applying([file.inserting("added", .text(text), into: chosen.node)])
      let (again, faults) = YAMLFile.parse(after, file: "a.yaml")
      let result = String(decoding: after, as: UTF8.self)
      #expect(faults.isEmpty, "seed \(seed) \(chosen.path):\n\(result)")
      let newRoot = try #require(again.documents.first?.root)
      var expected = leaves(root, path: "").map { "\($0.path)=\(meaning($0.node))" }
      expected.append("\(chosen.path).added=string:\(text)")
      let found = leaves(newRoot, path: "").map { "\($0.path)=\(meaning($0.node))" }
      #expect(found.sorted() == expected.sorted(), "seed \(seed) \(chosen.path):\n\(result)")
    }
  }
}

private typealias Leaf = (path: String, node: YAMLNode)

private func leaves(_ node: YAMLNode, path: String) -> [Leaf] {
  switch node.content {
  case .scalar: [(path, node)]
  case .sequence(let items):
    items.enumerated().flatMap { leaves($0.element, path: "\(path)[\($0.offset)]") }
  case .mapping(let entries):
    entries.flatMap { leaves($0.value, path: "\(path).\($0.keyText)") }
  }
}

private func mappings(_ node: YAMLNode, path: String) -> [Leaf] {
  switch node.content {
  case .scalar: []
  case .sequence(let items):
    items.enumerated().flatMap { mappings($0.element, path: "\(path)[\($0.offset)]") }
  case .mapping(let entries):
    [(path, node)] + entries.flatMap { mappings($0.value, path: "\(path).\($0.keyText)") }
  }
}

private func meaning(_ node: YAMLNode) -> String {
  guard case .scalar(let scalar) = node.content else { return "" }
  return "\(scalar.resolved):\(scalar.text)"
}

/// The generator marks its comments so that they can be told from texts.
private func comments(_ text: String) -> [Substring] {
  text.split { $0.isNewline }.compactMap { line in
    line.range(of: "#note").map { line[$0.lowerBound...] }
  }
}

extension Substring {
  fileprivate func range(of mark: String) -> Range<Index>? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(mark) { return index..<self.index(index, offsetBy: mark.count) }
      index = self.index(after: index)
    }
    return nil
  }
}
