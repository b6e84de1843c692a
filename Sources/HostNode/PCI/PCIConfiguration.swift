package import Snapshots

/// The configuration space of a PCI device, as sysfs shows it.
package enum PCIConfiguration {
    /// Whether it reads as all ones: then the device does not answer.
    ///
    /// Reading `config` wakes a sleeping device (the kernel resumes it for the read), so one in D3cold is left alone. D3cold is
    /// also what the kernel takes for the state of a device whose registers read as all ones, as after it fell off the bus
    /// (`pci_update_current_state`). Nobody put that one to sleep: to runtime power management it is still active, and then a
    /// read resumes nothing.
    ///
    /// - Parameters:
    ///   - folder: of the device in sysfs.
    ///   - powerState: what its file `power_state` says; nil where there is none.
    package static func isAllOnes(
        _ folder: String, powerState: String?, in files: any HostFiles
    ) -> Reading<Bool> {
        guard powerState != "D3cold" || isActive(folder, files) else { return .unavailable(.notRead) }
        do throws(HostFileError) {
            let head = try files.head("\(folder)/config", limit: 4)
            return head.count == 4 ? .value(head.allSatisfy { $0 == 0xff }) : .unavailable(.notSupported)
        } catch {
            return .unavailable(Unavailable(error))
        }
    }

    private static func isActive(_ folder: String, _ files: any HostFiles) -> Bool {
        (try? files.read("\(folder)/power/runtime_status", limit: 64)).map { Text.clean($0) } == "active"
    }
}
