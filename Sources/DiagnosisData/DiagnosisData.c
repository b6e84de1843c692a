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
