#pragma once

/// Gives memory that was freed back to the system, which malloc otherwise keeps for later. Takes about a millisecond.
void csystem_release_memory(void);
