internal import Snapshots

/// What is known of a GPU's NVLinks by its board.
extension ExpectedLinks {
    /// Boards of these have no sockets for bridges: all links that they have are wired. NVML's name of an H100 SXM5 is
    /// `NVIDIA H100 80GB HBM3`; a GH200 can be called after its HBM3e, and be alone.
    static func isWired(_ gpu: GPUSnapshot) -> Bool {
        isNamed(gpu, ["SXM"]) || isNamed(gpu, [" H100 "]) && isNamed(gpu, ["HBM3"])
    }

    /// Cards whose links lead over bridges that somebody puts on, or not: two cards are joined by them, of H200 NVL up to four.
    static func isBridged(_ gpu: GPUSnapshot) -> Bool {
        !isWired(gpu) && isNamed(gpu, ["PCI", " NVL", "A30", "A40", "RTX", "Quadro"])
    }

    /// Links that all bridges of a card carry together; nil where that is not known.
    ///
    /// A100 has three bridges of four links (600 GB/s). So have H100 PCIe and H100 NVL, of whose 18 links six lead nowhere.
    /// H200 NVL uses all 18 (900 GB/s). (NVIDIA's product briefs, which want all bridges of a card to be on.)
    static func bridgedCount(_ gpu: GPUSnapshot) -> Int? {
        guard isBridged(gpu), let count = gpu.links?.links.count else { return nil }
        if isNamed(gpu, ["A100", "H100"]) { return min(12, count) }
        return isNamed(gpu, ["H200"]) ? min(18, count) : nil
    }

    /// What a link of its generation runs at, MB/s, rounded down; nil where the generation alone does not tell.
    ///
    /// NVLink 4 and 5 are the numbers of NVIDIA's health validation. NVLink 3 of GA100 (A100, A30) runs at 25 GB/s, that of
    /// other Amperes at less.
    static func nominalSpeed(_ link: GPULink, of gpu: GPUSnapshot) -> UInt32? {
        switch link.version.value {
        case 4, 5: gpu.inventory?.computeCapability.value == 80 ? 25_000 : nil
        case 6: 26_562
        case 7: 53_125
        default: nil
        }
    }

    private static func isNamed(_ gpu: GPUSnapshot, _ parts: [String]) -> Bool {
        guard let name = gpu.name.value else { return false }
        return parts.contains { name.contains($0) }
    }
}
