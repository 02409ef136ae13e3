import Diagnostics

/// A mapping's entries while they are read; finds duplicate keys.
struct EntryList {
  private(set) var all: [YAMLEntry]
  /// Used from the ninth entry on: below that, looking at each is quicker than hashing.
  private var indices: [String: Int] = [:]
  private static let fewEntries = 8

  init() {
    all = []
    // Most mappings have no more; one by one, the list would be moved twice on the way there.
    all.reserveCapacity(4)
  }

  /// Adds the entry, or gives the line of the earlier one of that name, which stays.
  mutating func lineOfDuplicate(afterAdding entry: YAMLEntry) -> Int? {
    if let index = index(of: entry.keyText) { return all[index].key.range.start.line }
    all.append(entry)
    if all.count == Self.fewEntries {
      for (index, entry) in all.enumerated() { indices[entry.keyText] = index }
    } else if all.count > Self.fewEntries {
      indices[entry.keyText] = all.count - 1
    }
    return nil
  }

  private func index(of key: String) -> Int? {
    guard all.count < Self.fewEntries else { return indices[key] }
    return all.firstIndex { $0.keyText == key }
  }
}
