import Diagnostics
import Model

extension Catalog {
  /// The fields that are secret in a trusted catalog, and here are not.
  ///
  /// - Parameter file: the project file, for locations.
  func fieldsNoLongerSecret(
    in trusted: Catalog, origin: String, file: String
  ) -> [Diagnostic] {
    trusted.apps.values.sorted { $0.id.rawValue < $1.id.rawValue }.flatMap { app in
      app.setups.flatMap { setup -> [Diagnostic] in
        guard let own = self[app.id]?.setups.first(where: { $0.type == setup.type }) else {
          return []
        }
        return setup.fields.filter { $0.isSecret && own[$0.name]?.isSecret == false }.map {
          .fieldNoLongerSecret($0.name, setup.type, app.id, origin: origin, file: file)
        }
      }
    }
  }
}
