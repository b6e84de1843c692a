/// Something that clients may want to hear of without asking again and again.
public enum ServerEvent: Sendable, Hashable {
    case toolsChanged
    case promptsChanged
    case resourcesChanged
    /// The contents of a resource are not what they were.
    case resourceUpdated(uri: String)
}

/// A connection that passes events on.
package protocol EventObserver: AnyObject, Sendable {
    func receive(_ event: ServerEvent)
}
