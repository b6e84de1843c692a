internal import JSON

/// How a short text says how it differs from a longer one.
enum ScenarioMerge {
    /// The base with the differences applied: objects key by key, everything else replaced. `null` takes a key away.
    static func merge(_ base: JSONValue, with change: JSONValue) -> JSONValue {
        guard case .object(var merged) = base, case .object(let changes) = change, !isReading(changes) else {
            return change
        }
        for member in changes {
            if let old = merged[member.key] {
                merged[member.key] = merge(old, with: member.value)
            } else {
                merged[member.key] = member.value
            }
        }
        return .object(merged)
    }

    /// The scenario that extends another one: as `merge`, but `gpus` are matched by their index.
    static func extend(_ base: JSONObject, with change: JSONObject) -> JSONObject {
        var merged = base
        for member in change {
            if member.key == "gpus", let old = base["gpus"]?.arrayValue, let new = member.value.arrayValue {
                merged["gpus"] = .array(extendList(old, with: new))
            } else if let old = base[member.key] {
                merged[member.key] = merge(old, with: member.value)
            } else {
                merged[member.key] = member.value
            }
        }
        return merged
    }

    private static func extendList(_ base: [JSONValue], with changes: [JSONValue]) -> [JSONValue] {
        var list = base
        for change in changes {
            if let index = change["index"], let position = list.firstIndex(where: { $0["index"] == index }) {
                list[position] = merge(list[position], with: change)
            } else {
                list.append(change)
            }
        }
        return list
    }

    /// The value for one of several alike things: `{"each": [a, b]}` is a for the first, b for the second, a again for
    /// the third.
    static func each(_ value: JSONValue, _ index: Int) -> JSONValue {
        switch value {
        case .object(let object):
            if let choices = object["each"]?.arrayValue, !choices.isEmpty, object.count == 1 {
                return choices[index % choices.count]
            }
            return .object(JSONObject(object.map { ($0.key, each($0.value, index)) }))
        default: return value
        }
    }

    /// Whether nothing in a value depends on the index.
    static func isSame(_ value: JSONValue) -> Bool {
        guard let object = value.objectValue else { return true }
        return object["each"] == nil && object.allSatisfy { isSame($0.value) }
    }

    /// Objects that stand for one value: they replace what was there.
    private static func isReading(_ object: JSONObject) -> Bool {
        object["each"] != nil || object["error"] != nil || object["from"] != nil
    }
}
