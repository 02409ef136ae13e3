package import HTTP

/// Our own request, where HTTPTypes has one of the same name too.
package typealias OutgoingRequest = HTTPRequest
