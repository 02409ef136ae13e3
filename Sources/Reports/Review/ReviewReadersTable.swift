import Diagnostics
import Model

/// Who could read the secrets before a change, and who can after it.
struct ReviewReadersTable {
  let review: PlanReview
  let storeKey: StoreKeyChange?

  static let title = "\n**Who can read the secrets**\n\n"

  var head: String {
    let before = review.secretsBefore.map { "before: \(counted($0, "secret"))" } ?? "before"
    return "| | \(before) | after: \(counted(review.secretsAfter, "secret")) |\n"
      + "| --- | --- | --- |\n"
  }

  /// Markdown, a row each.
  var rows: [String] {
    review.readers.map { reader in
      let cells = [
        Markdown.code(reader.name),
        reader.before.map { share(of: $0, in: review.secretsBefore ?? 0) } ?? "unknown",
        share(of: reader.after, in: review.secretsAfter)
          + (reader.after == 0 && (reader.before ?? 0) > 0
            ? " (old values stay readable in git's history)" : "")
          + (reader.standing == .stranger && reader.after > 0 ? ", **no recipient**" : ""),
      ]
      return "| " + cells.map(Markdown.cell).joined(separator: " | ") + " |\n"
    }
  }

  /// What the table cannot show.
  var notes: String {
    var text = ""
    if review.base != nil, !review.readers.isEmpty, !isWider {
      text += "\nNobody gains access to a secret in git or in the store.\n"
    }
    if let fault = review.baseFault {
      text +=
        "\nWho could read before is unknown, because the commit to compare with cannot be read: "
        + Markdown.prose(fault) + ". No name is verified.\n"
    } else if review.base == nil {
      text += "\nWho could read before is unknown: name the commit to compare with, by `--base`.\n"
    }
    if !review.unknownRecipients.isEmpty {
      let keys = review.unknownRecipients.prefix(5).map(Markdown.code).joined(separator: ", ")
      text +=
        "\nRecipients whose keys are not in the keyring here: \(keys). Keys without a name may be theirs.\n"
    }
    if let storeKey { text += storeKey.markdown }
    return text
  }

  private var isWider: Bool {
    storeKey.map { !$0.added.isEmpty } ?? false
      || review.readers.contains { $0.isNew || ($0.standing != .recipient && $0.after > 0) }
  }

  private func share(of count: Int, in all: Int) -> String {
    if count == 0 { return "❌ none" }
    return count == all ? "✅ all" : "✅ \(count)"
  }
}

extension StoreKeyChange {
  /// What happens to the store's key, and who gains and who loses it.
  var markdown: String {
    let what =
      makesNewKey
      ? " is replaced, and everything in the store is sealed under the new one"
      : " is sealed again"
    let readers = [(added, "can open it from now on"), (removed, "can no longer open it")]
      .filter { !$0.0.isEmpty }
      .map { " \($0.0.map(Markdown.code).joined(separator: " and ")) \($0.1)." }
    return "\nThe store's own key\(what).\(readers.joined())\n"
  }
}
