#include "ScenarioData.h"

// #embed came with C23; both compilers that build this have it in their older default mode too.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char model_a100_sxm4_40gb[] = {
#embed "data/models/a100-sxm4-40gb.json"
};
static const unsigned char model_h100_sxm5[] = {
#embed "data/models/h100-sxm5.json"
};
static const unsigned char model_b200[] = {
#embed "data/models/b200.json"
};
static const unsigned char model_gb200[] = {
#embed "data/models/gb200.json"
};
static const unsigned char model_l40s[] = {
#embed "data/models/l40s.json"
};
static const unsigned char model_t4[] = {
#embed "data/models/t4.json"
};

static const unsigned char scenario_a100x2[] = {
#embed "data/scenarios/a100x2.json"
};
static const unsigned char scenario_h100x8[] = {
#embed "data/scenarios/h100x8.json"
};
static const unsigned char scenario_b200x8[] = {
#embed "data/scenarios/b200x8.json"
};
static const unsigned char scenario_gb200x4[] = {
#embed "data/scenarios/gb200x4.json"
};
static const unsigned char scenario_l40sx4[] = {
#embed "data/scenarios/l40sx4.json"
};
static const unsigned char scenario_t4x1[] = {
#embed "data/scenarios/t4x1.json"
};
static const unsigned char scenario_a100_mig[] = {
#embed "data/scenarios/a100-mig.json"
};
static const unsigned char scenario_ecc_dbe[] = {
#embed "data/scenarios/ecc-dbe.json"
};
static const unsigned char scenario_row_remap_pending[] = {
#embed "data/scenarios/row-remap-pending.json"
};
static const unsigned char scenario_row_remap_failure[] = {
#embed "data/scenarios/row-remap-failure.json"
};
static const unsigned char scenario_fallen_off_bus[] = {
#embed "data/scenarios/fallen-off-bus.json"
};
static const unsigned char scenario_missing_gpu[] = {
#embed "data/scenarios/missing-gpu.json"
};
static const unsigned char scenario_nvlink_down[] = {
#embed "data/scenarios/nvlink-down.json"
};
static const unsigned char scenario_nvlink_errors[] = {
#embed "data/scenarios/nvlink-errors.json"
};
static const unsigned char scenario_thermal_slowdown[] = {
#embed "data/scenarios/thermal-slowdown.json"
};
static const unsigned char scenario_power_brake[] = {
#embed "data/scenarios/power-brake.json"
};
static const unsigned char scenario_pcie_degraded[] = {
#embed "data/scenarios/pcie-degraded.json"
};
static const unsigned char scenario_fabric_not_ready[] = {
#embed "data/scenarios/fabric-not-ready.json"
};
static const unsigned char scenario_confidential_not_ready[] = {
#embed "data/scenarios/confidential-not-ready.json"
};
static const unsigned char scenario_driver_hang[] = {
#embed "data/scenarios/driver-hang.json"
};
static const unsigned char scenario_driver_crash[] = {
#embed "data/scenarios/driver-crash.json"
};
static const unsigned char scenario_driver_mismatch[] = {
#embed "data/scenarios/driver-mismatch.json"
};
static const unsigned char scenario_no_driver[] = {
#embed "data/scenarios/no-driver.json"
};
static const unsigned char scenario_no_permission[] = {
#embed "data/scenarios/no-permission.json"
};
static const unsigned char scenario_zombie_process[] = {
#embed "data/scenarios/zombie-process.json"
};
static const unsigned char scenario_reset_required[] = {
#embed "data/scenarios/reset-required.json"
};
static const unsigned char scenario_busy[] = {
#embed "data/scenarios/busy.json"
};

static const EmbeddedFile models[] = {
    {"a100-sxm4-40gb", model_a100_sxm4_40gb, sizeof model_a100_sxm4_40gb},
    {"h100-sxm5", model_h100_sxm5, sizeof model_h100_sxm5},
    {"b200", model_b200, sizeof model_b200},
    {"gb200", model_gb200, sizeof model_gb200},
    {"l40s", model_l40s, sizeof model_l40s},
    {"t4", model_t4, sizeof model_t4},
};

const EmbeddedFile *embedded_models(size_t *count) {
    *count = sizeof models / sizeof models[0];
    return models;
}

static const EmbeddedFile scenarios[] = {
    {"a100x2", scenario_a100x2, sizeof scenario_a100x2},
    {"h100x8", scenario_h100x8, sizeof scenario_h100x8},
    {"b200x8", scenario_b200x8, sizeof scenario_b200x8},
    {"gb200x4", scenario_gb200x4, sizeof scenario_gb200x4},
    {"l40sx4", scenario_l40sx4, sizeof scenario_l40sx4},
    {"t4x1", scenario_t4x1, sizeof scenario_t4x1},
    {"a100-mig", scenario_a100_mig, sizeof scenario_a100_mig},
    {"ecc-dbe", scenario_ecc_dbe, sizeof scenario_ecc_dbe},
    {"row-remap-pending", scenario_row_remap_pending, sizeof scenario_row_remap_pending},
    {"row-remap-failure", scenario_row_remap_failure, sizeof scenario_row_remap_failure},
    {"fallen-off-bus", scenario_fallen_off_bus, sizeof scenario_fallen_off_bus},
    {"missing-gpu", scenario_missing_gpu, sizeof scenario_missing_gpu},
    {"nvlink-down", scenario_nvlink_down, sizeof scenario_nvlink_down},
    {"nvlink-errors", scenario_nvlink_errors, sizeof scenario_nvlink_errors},
    {"thermal-slowdown", scenario_thermal_slowdown, sizeof scenario_thermal_slowdown},
    {"power-brake", scenario_power_brake, sizeof scenario_power_brake},
    {"pcie-degraded", scenario_pcie_degraded, sizeof scenario_pcie_degraded},
    {"fabric-not-ready", scenario_fabric_not_ready, sizeof scenario_fabric_not_ready},
    {"confidential-not-ready", scenario_confidential_not_ready, sizeof scenario_confidential_not_ready},
    {"driver-hang", scenario_driver_hang, sizeof scenario_driver_hang},
    {"driver-crash", scenario_driver_crash, sizeof scenario_driver_crash},
    {"driver-mismatch", scenario_driver_mismatch, sizeof scenario_driver_mismatch},
    {"no-driver", scenario_no_driver, sizeof scenario_no_driver},
    {"no-permission", scenario_no_permission, sizeof scenario_no_permission},
    {"zombie-process", scenario_zombie_process, sizeof scenario_zombie_process},
    {"reset-required", scenario_reset_required, sizeof scenario_reset_required},
    {"busy", scenario_busy, sizeof scenario_busy},
};

const EmbeddedFile *embedded_scenarios(size_t *count) {
    *count = sizeof scenarios / sizeof scenarios[0];
    return scenarios;
}
