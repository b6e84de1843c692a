internal import PodHolder

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Tells whoever holds this pod open that a reset is in progress: until its end the pod must not close.
enum PodNotice {
    static func tell(isBusy: Bool) {
        // Only a pod has a holder, and it says its name (downward API). Without one there is nobody to tell.
        guard getenv("POD_NAME") != nil else { return }
        _ = try? HolderDoor.tell(isBusy ? .busy : .done, attempts: 1)
    }
}
