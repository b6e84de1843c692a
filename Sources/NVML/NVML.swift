// NVML
