import Model
import Stores

extension ChangeAction {
  var createsNew: Bool {
    switch self {
    case .create, .replace: true
    case .update, .record, .delete, .rename, .adopt: false
    }
  }
}

extension StoreWrite.Action {
  init(_ action: ChangeAction) {
    switch action {
    case .create: self = .create
    case .update(let id, let version), .adopt(let id, let version):
      self = .update(id, from: version)
    case .record(let id, let version): self = .record(id, at: version)
    case .rename(let id, let version, let former):
      self = .rename(id, from: version, formerly: former)
    case .replace(let id, let version, _): self = .replace(id, from: version)
    case .delete(let id, let version): self = .delete(id, from: version)
    }
  }
}
