internal import CUnix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Memory that the agent and its probe share: the probe writes snapshots into it, the agent reads them.
///
/// It spares a copy, and what was read before a driver call hung or crashed stays readable. Layout: a header, a table of
/// NVML's function names, then ``slotCount`` slots. Each slot begins with the number of bytes that are complete.
package struct ProbeRegion: ~Copyable {
    /// How many requests the probe may have at a time: one in work, one waiting, so that neither process idles.
    package static let slotCount = 2
    /// The largest snapshot, bytes. Only pages that are used take memory.
    package static let slotCapacity = 8 << 20

    private static let namesOffset = 64
    private static let slotsOffset = 64 << 10
    private static let size = slotsOffset + slotCount * (slotCapacity + slotHeader)
    private static let slotHeader = 64

    private let base: UnsafeMutableRawPointer

    /// Maps the memory behind an anonymous file.
    ///
    /// - Throws: ``ProbeRegionError`` when the memory cannot be had.
    package init(descriptor: Int32, create: Bool) throws(ProbeRegionError) {
        if create, ftruncate(descriptor, off_t(Self.size)) != 0 { throw ProbeRegionError(code: errno) }
        let address = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw ProbeRegionError(code: errno) }
        base = address
    }

    deinit { munmap(base, Self.size) }

    /// A new anonymous file for a region, closed on exec.
    package static func makeFile() throws(ProbeRegionError) -> Int32 {
        let descriptor = csystem_anonymous_file("k8s-mcp-agent-probe")
        guard descriptor >= 0 else { throw ProbeRegionError(code: errno) }
        return descriptor
    }
}

// MARK: Snapshots

extension ProbeRegion {
    private func slot(_ index: Int) -> UnsafeMutableRawPointer {
        base + Self.slotsOffset + (index % Self.slotCount) * (Self.slotCapacity + Self.slotHeader)
    }

    /// Where the worker writes the snapshot of a slot.
    package func buffer(ofSlot index: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: slot(index) + Self.slotHeader, count: Self.slotCapacity)
    }

    /// Declares the first `count` bytes of a slot complete.
    package func commit(_ count: Int, inSlot index: Int) {
        csystem_store_release(slot(index).assumingMemoryBound(to: UInt32.self), UInt32(clamping: count))
    }

    /// Number of complete bytes of a slot.
    package func committedCount(ofSlot index: Int) -> Int {
        let claimed = csystem_load_acquire(slot(index).assumingMemoryBound(to: UInt32.self))
        return min(Int(claimed), Self.slotCapacity)
    }

    /// A copy of the complete bytes of a slot; the original may change at any time if the worker misbehaves.
    package func committedBytes(ofSlot index: Int) -> [UInt8] {
        let count = committedCount(ofSlot: index)
        return Array(UnsafeRawBufferPointer(start: slot(index) + Self.slotHeader, count: count))
    }
}

// MARK: The call in progress

extension ProbeRegion {
    /// The worker's mark of the NVML function that it is in: an index into the name table plus 1; 0 when in none.
    package var currentCall: UnsafeMutablePointer<UInt32> { base.assumingMemoryBound(to: UInt32.self) }

    /// The worker's mark of the GPU that it reads: its index plus 1; 0 when none.
    package var currentGPU: UnsafeMutablePointer<UInt32> { (base + 4).assumingMemoryBound(to: UInt32.self) }

    /// The worker's mark of how it opens a GPU: a ``GPUOpening``.
    package var opening: UnsafeMutablePointer<UInt32> { (base + 8).assumingMemoryBound(to: UInt32.self) }

    /// Where the worker leaves its marks; valid as long as the region is mapped.
    package var marks: ProbeMarks { ProbeMarks(call: currentCall, gpu: currentGPU, opening: opening) }

    /// Writes NVML's function names for the agent to look up; what does not fit is left out.
    package func writeNames(_ names: some Sequence<String>) {
        var offset = Self.namesOffset
        for name in names {
            let bytes = Array(name.utf8.prefix(255))
            guard offset + bytes.count + 2 < Self.slotsOffset else { break }
            base.storeBytes(of: UInt8(bytes.count), toByteOffset: offset, as: UInt8.self)
            bytes.withUnsafeBytes {
                (base + offset + 1).copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(base), byteCount: $0.count)
            }
            offset += bytes.count + 1
        }
        base.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
    }

    /// The function that the worker is, or was, in.
    package var currentCallName: String? {
        var remaining = csystem_load_acquire(currentCall)
        var offset = Self.namesOffset
        while remaining > 0, offset < Self.slotsOffset {
            let length = Int(base.load(fromByteOffset: offset, as: UInt8.self))
            guard length > 0, offset + 1 + length < Self.slotsOffset else { return nil }
            remaining -= 1
            if remaining == 0 {
                return String(decoding: UnsafeRawBufferPointer(start: base + offset + 1, count: length), as: UTF8.self)
            }
            offset += length + 1
        }
        return nil
    }

    /// The index of the GPU that the worker reads, or was reading.
    package var currentGPUIndex: UInt32? {
        let mark = csystem_load_acquire(currentGPU)
        return mark == 0 ? nil : mark - 1
    }

    /// How the worker opens a GPU, or opened one last.
    package var currentOpening: GPUOpening { GPUOpening(rawValue: csystem_load_acquire(opening)) ?? .first }
}

/// Whether the driver may take long to open a GPU.
package enum GPUOpening: UInt32, Sendable {
    /// This process has opened the GPU before: it opens at once.
    case again = 0
    /// It is opened for the first time, and the other GPUs have persistence mode on: the driver has nothing to start.
    case keptStarted = 1
    /// It is opened for the first time. If nobody uses it, the driver starts it now, which takes seconds.
    case first = 2
}

/// The shared memory could not be made or mapped.
package struct ProbeRegionError: Error {
    /// `errno` of the call that failed.
    package let code: Int32
}

/// How far the worker has got: when nothing of it changes, the worker stands still.
package struct ProbeProgress: Equatable, Sendable {
    package let call: UInt32
    package let gpu: UInt32
    package let committed: Int

    package init(call: UInt32, gpu: UInt32, committed: Int) {
        self.call = call
        self.gpu = gpu
        self.committed = committed
    }
}

extension ProbeRegion {
    /// How far the worker has got with the request of a slot.
    package func progress(inSlot index: Int) -> ProbeProgress {
        ProbeProgress(
            call: csystem_load_acquire(currentCall), gpu: csystem_load_acquire(currentGPU),
            committed: committedCount(ofSlot: index))
    }
}

/// Where the worker leaves its marks.
package struct ProbeMarks {
    /// See ``ProbeRegion/currentCall``.
    package let call: UnsafeMutablePointer<UInt32>
    /// See ``ProbeRegion/currentGPU``.
    package let gpu: UnsafeMutablePointer<UInt32>
    /// See ``ProbeRegion/opening``.
    package let opening: UnsafeMutablePointer<UInt32>
}
