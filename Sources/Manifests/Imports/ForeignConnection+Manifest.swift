extension ForeignConnection {
  /// A document in the form of our own manifests, as people encrypt them with other tools.
  ///
  /// - Returns: `nil` if it has no name or no app.
  init?(manifest data: ImportedData, origin: String) {
    let (metadata, spec) = (data["metadata"], data["spec"])
    guard let name = metadata?["name"]?.text, let app = spec?["app"]?.text else { return nil }
    var fields = ForeignFields()
    fields.take(spec?["setup"], named: "setup")
    let scopes = fields.scopes(spec?["scopes"])
    var labels: [String: String] = [:]
    for member in fields.members(of: metadata?["labels"], named: "metadata.labels") {
      if let text = member.value.text, member.key.isLabelKey, text.isLabelValue {
        labels[member.key] = text
      } else {
        fields.leave("metadata.labels.\(member.key)", "which cannot be a label")
      }
    }
    let lifecycle = fields.members(of: spec?["lifecycle"], named: "spec.lifecycle")
    let prevents = lifecycle.last { $0.key == "preventDestroy" }?.value ?? .null
    if prevents != .null, prevents.text != "true", prevents.text != "false" {
      fields.leave("spec.lifecycle.preventDestroy", "which is neither true nor false")
    }
    fields.leaveAll(data.members, but: ["apiVersion", "kind", "metadata", "spec"])
    fields.leaveAll(metadata?.members ?? [], but: ["name", "labels"], path: "metadata.")
    fields.leaveAll(
      spec?.members ?? [], but: ["app", "setup", "scopes", "lifecycle"], path: "spec.")
    fields.leaveAll(lifecycle, but: ["preventDestroy"], path: "spec.lifecycle.")
    self.init(
      name: name, app: app, type: fields.type, fields: fields.texts, scopes: scopes,
      labels: labels, preventsDestroy: prevents.text == "true", origin: origin, left: fields.left)
  }
}
