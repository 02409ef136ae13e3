import Mustache

/// What the page is made of, from the program itself.
enum PageTemplate {
  static let page: MustacheTemplate = {
    guard let template = try? MustacheTemplate(string: text(PackageResources.page_mustache)) else {
      preconditionFailure("the program's own template is valid")
    }
    return template
  }()

  static let style = text(PackageResources.page_css)
  static let script = text(PackageResources.page_js)
  /// Only of a page that can change manifests.
  static let writeScript = text(PackageResources.write_js)

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
