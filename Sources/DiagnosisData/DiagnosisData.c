#include "DiagnosisData.h"
