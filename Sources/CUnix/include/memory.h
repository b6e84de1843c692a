#pragma once

/// Gives memory that was freed back to the system, which malloc otherwise keeps for later. Takes about a millisecond.
void csystem_release_memory(void);

/// Also lets go of the pages of code and constants that this process has mapped so far, most of which only starting needs.
/// Those still in use come back from the page cache when they are touched.
void csystem_release_start_up(void);
