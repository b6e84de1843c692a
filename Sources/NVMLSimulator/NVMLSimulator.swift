// NVMLSimulator
