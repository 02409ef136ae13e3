import Encodings
package import Model

extension Export {
  /// Where a cluster's External Secrets Operator finds the connections.
  package struct ClusterStores: Sendable {
    /// The `SecretStore` that reads from OpenBao.
    package let source: String
    /// The one that a `PushSecret` writes each secret to; `nil`: there are none.
    package let target: String?

    package init(source: String, target: String?) {
      (self.source, self.target) = (source, target)
    }
  }

  /// One YAML file of `ExternalSecret`s (external-secrets.io/v1) that read each connection's fields from
  /// OpenBao into a Kubernetes secret, and of `PushSecret`s (v1alpha1) that pass them on.
  ///
  /// - Parameter keys: of the connections in the engine.
  package static func externalSecrets(
    _ connections: [ExportedConnection], keys: [ConnectionName: String], stores: ClusterStores
  ) -> Export {
    let names = DistinctNames(
      connections.map { (thing: $0.name, name: resourceName($0.name.rawValue)) }, separator: "-",
      identity: \.rawValue)
    var documents: [String] = []
    var gaps: [Gap] = []
    for connection in connections {
      let fields = connection.fields.map(\.name).filter { field in
        let isKey = isSecretKey(field.rawValue)
        if !isKey {
          gaps.append(
            Gap(
              connection: connection.name,
              reason: "`\(field)` cannot be a key of a Kubernetes secret"))
        }
        return isKey
      }
      guard !fields.isEmpty, connection.setupType != nil, let key = keys[connection.name] else {
        gaps.append(Gap(connection: connection.name, reason: "it has no fields"))
        continue
      }
      let name = names[connection.name]
      documents.append(pulled(name, fields, key, stores.source))
      if let target = stores.target {
        documents.append(pushed(name, fields, connection.name.rawValue, target))
      }
    }
    return Export(
      files: [
        File(
          path: "external-secrets.yaml",
          text: MachineText(yaml: documents.joined(separator: "---\n")))
      ], placeholders: [], gaps: gaps)
  }

  private static func pulled(
    _ name: String, _ fields: [FieldName], _ key: String, _ store: String
  ) -> String {
    let data = fields.map { field in
      """
          - secretKey: \(quoted(field.rawValue))
            remoteRef:
              key: \(quoted(key))
              property: \(quoted(field.rawValue))

      """
    }
    return """
      apiVersion: external-secrets.io/v1
      kind: ExternalSecret
      metadata:
        name: \(quoted(name))
      spec:
        refreshInterval: 1h0m0s
        secretStoreRef:
          kind: SecretStore
          name: \(quoted(store))
        target:
          name: \(quoted(name))
          creationPolicy: Owner
        data:

      """ + data.joined()
  }

  private static func pushed(
    _ name: String, _ fields: [FieldName], _ remoteKey: String, _ store: String
  ) -> String {
    let data = fields.map { field in
      """
          - match:
              secretKey: \(quoted(field.rawValue))
              remoteRef:
                remoteKey: \(quoted(remoteKey))
                property: \(quoted(field.rawValue))

      """
    }
    return """
      apiVersion: external-secrets.io/v1alpha1
      kind: PushSecret
      metadata:
        name: \(quoted(name))
      spec:
        refreshInterval: 1h0m0s
        secretStoreRefs:
          - kind: SecretStore
            name: \(quoted(store))
        selector:
          secret:
            name: \(quoted(name))
        data:

      """ + data.joined()
  }

  /// What Kubernetes allows as a key of a secret.
  private static func isSecretKey(_ text: String) -> Bool {
    (1...253).contains(text.utf8.count) && text != "." && text != ".."
      && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_.".utf8.contains($0) }
  }

  /// A DNS label (RFC 1123) for the name of a resource: at most 50 lower-case letters, digits and `-`.
  private static func resourceName(_ text: String) -> String {
    let name = text.lowercased().map { $0.isASCIIAlphanumeric ? $0 : "-" }.drop { $0 == "-" }
    let end = String(name.prefix(50)).reversed().drop { $0 == "-" }.reversed()
    return end.isEmpty ? "connection" : String(end)
  }
}
