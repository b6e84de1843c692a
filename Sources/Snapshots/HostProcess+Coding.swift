extension HostProcess: SnapshotCodable {
    package init() { self.init(pid: 0, name: "", state: nil) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&pid)
        try coder.code(&parentPID)
        try coder.code(&name)
        var letter = state?.rawValue
        try coder.code(&letter)
        state = letter.flatMap(State.init(rawValue:))
        try coder.code(&isKernelThread)
        try coder.code(&startTicks)
        try coder.code(&startedMicroseconds)
        try coder.code(&uid)
        try coder.code(&innerPID)
        try coder.code(&commandLine)
        try coder.code(&owner)
        try coder.code(&deviceNodes)
        try coder.code(&mappedNodes)
        try coder.code(&identity)
    }
}

extension HostProcessIdentity: SnapshotCodable {
    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&executable)
        try coder.code(&namespacePIDs)
        try coder.code(&threadGroupID)
        try coder.code(&threadCount)
    }
}

extension HostProcessOwner: SnapshotCodable {
    package init() { self = .unknown }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        var tag = tag
        try coder.code(&tag)
        switch tag {
        case 0: self = .unknown
        case 1, 2:
            var reference = container ?? HostContainerReference()
            try coder.code(&reference)
            self = tag == 1 ? .pod(reference) : .container(reference)
        case 3: try codeSlurmJob(with: &coder)
        case 4:
            var uid: UInt32 = if case .userSession(let uid) = self { uid } else { 0 }
            try coder.code(&uid)
            self = .userSession(uid: uid)
        case 5:
            var name = if case .service(let name) = self { name } else { "" }
            try coder.code(&name)
            self = .service(name)
        default: throw .malformed
        }
    }

    private mutating func codeSlurmJob(with coder: inout SnapshotCoder) throws(SnapshotError) {
        var (id, step): (String, String?) = if case .slurmJob(let id, let step) = self { (id, step) } else { ("", nil) }
        try coder.code(&id)
        try coder.code(&step)
        self = .slurmJob(id: id, step: step)
    }

    private var tag: UInt8 {
        switch self {
        case .unknown: 0
        case .pod: 1
        case .container: 2
        case .slurmJob: 3
        case .userSession: 4
        case .service: 5
        }
    }
}

extension HostContainerReference: SnapshotCodable {
    package init() { self.init(podUID: nil) }

    package mutating func code(with coder: inout SnapshotCoder) throws(SnapshotError) {
        try coder.code(&podUID)
        try coder.code(&containerID)
        var runtimeName = runtime?.rawValue
        try coder.code(&runtimeName)
        runtime = runtimeName.flatMap(Runtime.init(rawValue:))
        try coder.code(&isMonitor)
    }
}
