/// The tags that this parser honours: those of the YAML 1.2 core schema, and `!`.
enum CoreTag {
  case string, null, bool, integer, float, mapping, sequence
  /// `!`: what the node's kind says, and never resolved.
  case unspecific

  init?(_ tag: String) {
    switch tag {
    case "!": self = .unspecific
    case "tag:yaml.org,2002:str": self = .string
    case "tag:yaml.org,2002:null": self = .null
    case "tag:yaml.org,2002:bool": self = .bool
    case "tag:yaml.org,2002:int": self = .integer
    case "tag:yaml.org,2002:float": self = .float
    case "tag:yaml.org,2002:map": self = .mapping
    case "tag:yaml.org,2002:seq": self = .sequence
    default: return nil
    }
  }

  var isString: Bool { self == .string || self == .unspecific }

  /// What a scalar with this tag is; nil if its text does not fit the tag.
  func kind(of text: String) -> YAMLScalar.Kind? {
    let found = YAMLScalar.Kind(tagged: text)
    switch self {
    case .string, .unspecific: return .string
    case .null: return found == .null ? .null : nil
    case .bool: return found == .yes || found == .no ? found : nil
    case .integer: return found == .integer ? .integer : nil
    case .float: return found == .integer || found == .float ? .float : nil
    case .mapping, .sequence: return nil
    }
  }
}
