package import Snapshots

/// The kubelet's answer to PodResources `List` (k8s.io/kubelet/pkg/apis/podresources/v1/api.proto), as far as it matters
/// here: pods, containers, devices and dynamic resources. Unknown fields are skipped, as protobuf wants.
package enum PodResourcesList {
    /// More than any kubelet's `maxPods`.
    static let podLimit = 8_192
    /// Entries of one pod's or container's lists, and device ids of one container.
    static let entryLimit = 65_536

    /// What each container was given, one entry for each resource; all resources, not only those of GPUs.
    package static func decode(_ message: [UInt8]) throws(ProtobufError) -> [DeviceAllocation] {
        var reader = ProtobufReader(message[...])
        var allocations: [DeviceAllocation] = []
        var pods = 0
        while let field = try reader.next() {
            guard field.number == 1 else { continue }
            pods += 1
            guard pods <= podLimit else { throw .tooMany }
            allocations += try pod(field.value.message())
            guard allocations.count <= entryLimit else { throw .tooMany }
        }
        return allocations
    }

    /// PodResources: name 1, namespace 2, containers 3.
    private static func pod(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) -> [DeviceAllocation] {
        var reader = ProtobufReader(bytes)
        var (name, namespace) = ("", "")
        var allocations: [DeviceAllocation] = []
        while let field = try reader.next() {
            switch field.number {
            case 1: name = try field.value.text()
            case 2: namespace = try field.value.text()
            case 3: allocations += try container(field.value.message())
            default: break
            }
            guard allocations.count <= entryLimit else { throw .tooMany }
        }
        return allocations.map { allocation in
            var allocation = allocation
            allocation.pod = name
            allocation.namespace = namespace
            allocation.isInPodResources = true
            return allocation
        }
    }

    /// ContainerResources: name 1, devices 2, dynamic_resources 5. There is an entry for each device or NUMA node: those of
    /// one resource are put together.
    private static func container(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) -> [DeviceAllocation] {
        var reader = ProtobufReader(bytes)
        var name = ""
        var resources = ResourceList()
        while let field = try reader.next() {
            switch field.number {
            case 1: name = try field.value.text()
            case 2: try devices(field.value.message(), &resources)
            case 5: try dynamicResource(field.value.message(), &resources)
            default: break
            }
        }
        return resources.allocations.map { allocation in
            var allocation = allocation
            allocation.container = name
            return allocation
        }
    }

    /// ContainerDevices: resource_name 1, device_ids 2.
    private static func devices(_ bytes: ArraySlice<UInt8>, _ resources: inout ResourceList) throws(ProtobufError) {
        var reader = ProtobufReader(bytes)
        var resource = ""
        var ids: [String] = []
        while let field = try reader.next() {
            switch field.number {
            case 1: resource = try field.value.text()
            case 2: ids.append(try field.value.text())
            default: break
            }
        }
        try resources.add(ids, to: resource, isDynamic: false)
    }

    /// DynamicResource: claim_resources 4; ClaimResource: driver_name 2, device_name 4.
    private static func dynamicResource(
        _ bytes: ArraySlice<UInt8>, _ resources: inout ResourceList
    ) throws(ProtobufError) {
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            guard field.number == 4 else { continue }
            var claim = ProtobufReader(try field.value.message())
            var (driver, device) = ("", "")
            while let field = try claim.next() {
                switch field.number {
                case 2: driver = try field.value.text()
                case 4: device = try field.value.text()
                default: break
                }
            }
            // Kubelets of before 1.32 tell only CDI names, which name no driver.
            if !driver.isEmpty, !device.isEmpty { try resources.add([device], to: driver, isDynamic: true) }
        }
    }
}

/// The resources of one container while they are put together.
private struct ResourceList {
    private(set) var allocations: [DeviceAllocation] = []
    private var count = 0

    mutating func add(_ ids: [String], to resource: String, isDynamic: Bool) throws(ProtobufError) {
        count += max(1, ids.count)
        guard count <= PodResourcesList.entryLimit else { throw .tooMany }
        let index = allocations.firstIndex { $0.resource == resource && $0.isDynamic == isDynamic }
        var allocation = index.map { allocations[$0] } ?? DeviceAllocation()
        allocation.resource = resource
        allocation.isDynamic = isDynamic
        allocation.deviceIDs += ids
        if let index { allocations[index] = allocation } else { allocations.append(allocation) }
    }
}

extension ProtobufReader.Value {
    fileprivate func message() throws(ProtobufError) -> ArraySlice<UInt8> {
        guard case .bytes(let bytes) = self else { throw .wrongType }
        return bytes
    }

    /// A text of at most 512 bytes, as all names of Kubernetes are shorter.
    fileprivate func text() throws(ProtobufError) -> String {
        guard case .bytes(let bytes) = self, bytes.count <= 512, let text = String(validating: bytes, as: UTF8.self)
        else {
            throw .wrongType
        }
        return text
    }
}
