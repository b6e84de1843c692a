/// System calls and CPU instructions that Swift's own C library modules do not offer.
#pragma once

#include "CUnixFiles.h"
#include "child.h"
#include "memory.h"
#include "pipe.h"
#include "process.h"
#include "shared_memory.h"
#include "signal_pipe.h"
