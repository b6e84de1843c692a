import JSON
import Synchronization

/// Something that a server lists for its clients.
protocol Listed: Sendable {
    /// Unique in its list.
    var listName: String { get }
    /// The item as a client of that revision knows such items: what is newer is left out.
    func write(for revision: ProtocolRevision, to writer: inout JSONWriter)
}

/// The items of one kind, in the order in which they are listed.
final class Catalogue<Item: Listed>: Sendable {
    let all: [Item]
    private let positions: [String: Int]
    private let pageSize: Int
    /// Lists encoded once for each revision and page, since clients ask for them at every start.
    private let encoded = Mutex<[PageKey: [UInt8]]>([:])

    /// - Parameter items: of those with equal names the first one counts.
    init(_ items: [Item], pageSize: Int? = nil) {
        var positions: [String: Int] = [:]
        var kept: [Item] = []
        for item in items where positions[item.listName] == nil {
            positions[item.listName] = kept.count
            kept.append(item)
        }
        all = kept
        self.positions = positions
        self.pageSize = max(pageSize ?? kept.count, 1)
    }

    subscript(name: String) -> Item? { positions[name].map { all[$0] } }

    var isEmpty: Bool { all.isEmpty }

    /// The item that somebody probably meant.
    func nearest(to name: String) -> String? { NearestMatch.of(name, in: all.map(\.listName)) }

    /// Where the page that a cursor names begins; nil for a cursor that we did not give out.
    ///
    /// A cursor is the last name of the page before, so that it stays right when items are added.
    func start(of cursor: String) -> Int? {
        if cursor.isEmpty { return 0 }
        guard cursor.hasPrefix(cursorPrefix) else { return nil }
        return positions[String(cursor.dropFirst(cursorPrefix.count))].map { $0 + 1 }
    }

    /// One page of the list, and the cursor of the next.
    func page(from start: Int, for revision: ProtocolRevision) -> EncodedPage {
        let items = all[min(start, all.count)...].prefix(pageSize)
        let key = PageKey(revision: revision, start: start)
        let list = encoded.withLock { pages in
            if let page = pages[key] { return page }
            let page = Self.encode(items, for: revision)
            pages[key] = page
            return page
        }
        let hasMore = start + items.count < all.count
        return EncodedPage(items: list, nextCursor: hasMore ? items.last.map { cursorPrefix + $0.listName } : nil)
    }

    private static func encode(_ items: some Sequence<Item>, for revision: ProtocolRevision) -> [UInt8] {
        var writer = JSONWriter(reserving: 16_384)
        writer.array { w in for item in items { item.write(for: revision, to: &w) } }
        return writer.finish()
    }
}

private let cursorPrefix = "after:"

private struct PageKey: Hashable {
    let revision: ProtocolRevision
    let start: Int
}

struct EncodedPage {
    /// A JSON array.
    let items: [UInt8]
    let nextCursor: String?
}
