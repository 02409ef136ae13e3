import FoundationEssentials

/// A line of gpg's configuration that changes the recipients of messages.
package struct GPGOption: Hashable, Sendable {
  package let file: String
  /// 1-based.
  package let line: Int
  /// Without its dashes and its value.
  package let name: String

  /// The options by which gpg hides recipients, adds some, or means others (gpg(1), section
  /// OPTIONS). `encrypt-to` is not among them: we turn it off.
  private static let addressing: Set<String> = [
    "throw-keyids", "throw-keyid", "recipient", "hidden-recipient", "remote-user", "recipient-file",
    "hidden-recipient-file", "group",
  ]

  /// In reading order: the machine's file, then those of the home, of which gpg reads the most
  /// specific.
  static func addressing(home: String) -> [GPGOption] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: home)) ?? []
    let own = names.filter { $0 == "gpg.conf" || $0.hasPrefix("gpg.conf-") }.sorted()
    return (["/etc/gnupg/gpg.conf"] + own.map { "\(home)/\($0)" }).flatMap(addressing(in:))
  }

  private static func addressing(in file: String) -> [GPGOption] {
    guard let bytes = try? Data(contentsOf: URL(filePath: file)) else { return [] }
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().compactMap { index, line in
      let name = String(
        line.drop { $0.isWhitespace || $0 == "-" }.prefix { !$0.isWhitespace && $0 != "=" })
      return addressing.contains(name) ? GPGOption(file: file, line: index + 1, name: name) : nil
    }
  }
}
