#pragma once

/// Gives memory that was freed back to the system, which malloc otherwise keeps for later. Takes about a millisecond.
void csystem_release_memory(void);

/// Unmaps the pages of the program's file that told the loader where to put addresses: about a tenth of the file, which is
/// read once before `main` and never again. They are clean; should anybody look, the kernel reads them anew.
void csystem_release_relocations(void);
