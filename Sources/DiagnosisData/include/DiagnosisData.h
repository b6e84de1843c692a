#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

// The catalogues of the folder data, compiled into the binary: UTF-8 text that lives as long as the process.
// Each file tells its columns and its sources in its first lines. `size` receives the length in bytes; no NUL ends the text.

/// The Xid numbers of the GPU driver (xid.tsv).
const char *DiagnosisDataXid(size_t *size);

/// The sub-codes of Xid 144 to 150 (xid-nvlink5.tsv).
const char *DiagnosisDataXidNVLink5(size_t *size);

/// The SXid numbers of the NVSwitch driver (sxid.tsv).
const char *DiagnosisDataSXid(size_t *size);

/// The limits of the health rules (thresholds.conf).
const char *DiagnosisDataThresholds(size_t *size);

/// A short guide (runbooks/NAME.md).
struct DiagnosisDataRunbook {
    /// The file's name without its ending; ends with NUL.
    const char *name;
    /// Markdown; no NUL ends it.
    const char *text;
    /// Bytes of the text.
    size_t size;
};

/// All guides, in the order in which they are shown. `count` receives their number.
const struct DiagnosisDataRunbook *DiagnosisDataRunbooks(size_t *count);

#pragma clang assume_nonnull end
