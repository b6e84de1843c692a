internal import MCP

/// Pictures for menus, small enough to be sent with every list.
enum AgentIcons {
    /// A card with a fan.
    static let gpu = [Icon(source: "data:image/svg+xml," + card, mimeType: "image/svg+xml", sizes: ["any"])]

    private static let card =
        "%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2024%2024'%20fill='none'%20stroke='%237"
        + "6b900'%20stroke-width='2'%3E%3Cpath%20d='M2%204v16M2%206h20v10H2'/%3E%3Ccircle%20cx='12'%20cy='11'%2"
        + "0r='3'/%3E%3C/svg%3E"
}
