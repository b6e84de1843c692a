internal import PodHolder

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Tells whoever holds this pod open that a reset is in progress: until its end the pod must not close.
enum PodNotice {
    /// - Returns: false where the pod is closing, so that nothing may begin in it that must not be broken off.
    static func tell(isBusy: Bool) -> Bool {
        // Only a pod has a holder, and it says its name (downward API). Without one there is nobody to tell.
        guard getenv("POD_NAME") != nil else { return true }
        do throws(HolderDoorError) {
            return try HolderDoor.tell(isBusy ? .busy : .done, attempts: 1) == .open || !isBusy
        } catch {
            return !error.isSilent
        }
    }
}
