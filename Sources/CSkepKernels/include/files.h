#ifndef CSKEPKERNELS_FILES_H
#define CSKEPKERNELS_FILES_H

#include <stdint.h>

/// Lets the system write bytes of a file to the disk, and does not wait for it.
///
/// A wish: it makes nothing durable, and where the system knows no such call nothing happens. A
/// failure to write is told by the next sync of the file.
void skep_begin_writing(int file, int64_t offset, int64_t count);

#endif
