#include "DiagnosisData.h"

// #embed is C23; clang takes it in older modes as an extension.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char xid[] = {
#embed "data/xid.tsv"
};

static const char xidNVLink5[] = {
#embed "data/xid-nvlink5.tsv"
};

static const char sxid[] = {
#embed "data/sxid.tsv"
};

static const char thresholds[] = {
#embed "data/thresholds.conf"
};

static const char xidTriage[] = {
#embed "data/runbooks/xid-triage.md"
};

static const char fallenOffTheBus[] = {
#embed "data/runbooks/fallen-off-the-bus.md"
};

static const char eccAndRowRemapping[] = {
#embed "data/runbooks/ecc-and-row-remapping.md"
};

static const char nvlinkDown[] = {
#embed "data/runbooks/nvlink-down.md"
};

static const char thermal[] = {
#embed "data/runbooks/thermal.md"
};

static const char zombieMemory[] = {
#embed "data/runbooks/zombie-memory.md"
};

static const char resetOrReboot[] = {
#embed "data/runbooks/reset-or-reboot.md"
};

static const char whatUnknownMeans[] = {
#embed "data/runbooks/what-unknown-means.md"
};

static const struct DiagnosisDataRunbook runbooks[] = {
    {"xid-triage", xidTriage, sizeof xidTriage},
    {"fallen-off-the-bus", fallenOffTheBus, sizeof fallenOffTheBus},
    {"ecc-and-row-remapping", eccAndRowRemapping, sizeof eccAndRowRemapping},
    {"nvlink-down", nvlinkDown, sizeof nvlinkDown},
    {"thermal", thermal, sizeof thermal},
    {"zombie-memory", zombieMemory, sizeof zombieMemory},
    {"reset-or-reboot", resetOrReboot, sizeof resetOrReboot},
    {"what-unknown-means", whatUnknownMeans, sizeof whatUnknownMeans},
};

const char *DiagnosisDataXid(size_t *size) {
    *size = sizeof xid;
    return xid;
}

const char *DiagnosisDataXidNVLink5(size_t *size) {
    *size = sizeof xidNVLink5;
    return xidNVLink5;
}

const char *DiagnosisDataSXid(size_t *size) {
    *size = sizeof sxid;
    return sxid;
}

const char *DiagnosisDataThresholds(size_t *size) {
    *size = sizeof thresholds;
    return thresholds;
}

const struct DiagnosisDataRunbook *DiagnosisDataRunbooks(size_t *count) {
    *count = sizeof runbooks / sizeof *runbooks;
    return runbooks;
}
