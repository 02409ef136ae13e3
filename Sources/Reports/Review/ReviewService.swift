/// Where a connection's credentials are made and revoked.
package struct ReviewService: Hashable, Sendable {
  let name: String
  /// The catalog's `https` URL.
  let page: String?
  /// The hosts that the credentials went to before the change, sorted; those after it if it is new.
  let hosts: [String]

  package init(name: String, page: String?, hosts: [String]) {
    self.name = name
    self.page = page
    self.hosts = hosts
  }

  /// `Slack, https://api.slack.com/apps`.
  var markdown: String {
    if let page { return "\(Markdown.prose(name)), \(page)" }
    return hosts.isEmpty
      ? Markdown.prose(name) : hosts.prefix(3).map(Markdown.code).joined(separator: ", ")
  }
}
