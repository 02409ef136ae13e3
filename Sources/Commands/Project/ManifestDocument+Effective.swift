import Manifests
import Model

extension [ManifestDocument] {
  /// The effective fields: those of the overlay, then those of the base that it does not override.
  var effectiveSlots: [(document: ManifestDocument, slot: FieldSlot)] {
    var seen: Set<FieldName> = []
    return flatMap { document in
      document.slots.filter { seen.insert($0.field).inserted }.map { (document, $0) }
    }
  }
}
