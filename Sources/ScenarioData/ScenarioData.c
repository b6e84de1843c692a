#include "ScenarioData.h"
