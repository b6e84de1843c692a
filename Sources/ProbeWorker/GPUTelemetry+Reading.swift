internal import NVML
internal import Snapshots

extension GPUTelemetry {
    /// Asks NVML what this GPU does now.
    init(reading device: NVMLDevice) {
        self.init()
        readTemperatures(device)
        readPower(device)
        readUtilization(device)
        readClocks(device)
        readPCIe(device)
        limiters = ClockLimiterTimes(reading: device)
    }

    private mutating func readTemperatures(_ device: NVMLDevice) {
        temperatureC = Reading { () throws(NVMLError) in try device.temperature() }
        // Boards without a sensor in their memory answer 0.
        memoryTemperatureC = Reading { () throws(NVMLError) in Int32(clamping: try device.memoryTemperature()) }
            .unless { $0 == 0 }
        temperatureMarginC = Reading { () throws(NVMLError) in try device.marginTemperature() }
        slowdownTemperatureC = Reading { () throws(NVMLError) in
            Int32(clamping: try device.temperatureThreshold(.slowdown))
        }
        shutdownTemperatureC = Reading { () throws(NVMLError) in
            Int32(clamping: try device.temperatureThreshold(.shutdown))
        }
        memoryMaxTemperatureC = Reading { () throws(NVMLError) in
            Int32(clamping: try device.temperatureThreshold(.memoryMaximum))
        }
    }

    private mutating func readPower(_ device: NVMLDevice) {
        powerMilliwatts = Reading { () throws(NVMLError) in try device.powerUsage() }
        powerLimitEnforcedMilliwatts = Reading { () throws(NVMLError) in try device.enforcedPowerLimit() }
        energyMillijoules = Reading { () throws(NVMLError) in try device.totalEnergy() }
    }

    private mutating func readUtilization(_ device: NVMLDevice) {
        let utilization = Reading { () throws(NVMLError) in try device.utilization() }
        utilizationGPUPercent = utilization.map(\.gpu)
        utilizationMemoryPercent = utilization.map(\.memory)
        memory = Reading { () throws(NVMLError) in
            let memory = try device.memory()
            return MemoryUse(total: memory.total, used: memory.used, free: memory.free, reserved: memory.reserved)
        }
        bar1UsedBytes = Reading { () throws(NVMLError) in try device.usedBAR1Memory() }
        fanSpeedPercent = Reading { () throws(NVMLError) in try device.fanSpeed() }
    }

    private mutating func readClocks(_ device: NVMLDevice) {
        clockSMMHz = Reading { () throws(NVMLError) in try device.clock(.sm) }
        clockMemoryMHz = Reading { () throws(NVMLError) in try device.clock(.memory) }
        clockSMMaxMHz = Reading { () throws(NVMLError) in try device.maximumClock(.sm) }
        clockMemoryMaxMHz = Reading { () throws(NVMLError) in try device.maximumClock(.memory) }
        performanceState = Reading { () throws(NVMLError) in try device.performanceState() }
        clocksEventReasons = Reading { () throws(NVMLError) in try device.clocksEventReasons() }
        supportedClocksEventReasons = Reading { () throws(NVMLError) in try device.supportedClocksEventReasons() }
    }

    private mutating func readPCIe(_ device: NVMLDevice) {
        pcieGeneration = Reading { () throws(NVMLError) in try device.pcieGeneration() }
        pcieWidth = Reading { () throws(NVMLError) in try device.pcieWidth() }
        pcieReplayCount = Reading { () throws(NVMLError) in try device.pcieReplays() }
    }
}

extension ClockLimiterTimes {
    init(reading device: NVMLDevice) {
        self.init()
        for (limiter, result) in zip(NVMLLimiter.allCases, device.limiterTimes()) {
            let reading = Reading { () throws(NVMLError) in try result.get() }
            switch limiter {
            case .power: power = reading
            case .thermal: thermal = reading
            case .syncBoost: syncBoost = reading
            case .boardLimit: boardLimit = reading
            case .lowUtilization: lowUtilization = reading
            case .reliability: reliability = reading
            }
        }
    }
}
