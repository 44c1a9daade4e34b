/* frame.h - one record in a segment file: made, checked. Pure; the layout is in journal.h. */
#ifndef HY_STORE_FRAME_H
#define HY_STORE_FRAME_H

#include "store/journal.h"

/* The record's bytes already stand behind the header's room at `at`. */
void hy_frame_seal(char *at, size_t bytes, uint64_t seq, uint64_t arrived_ms);
/* The same for a record with a note: the record's bytes stand HY_NOTED_BYTES(note.len) behind the
 * header's room. */
void hy_frame_seal_noted(char *at, hy_sv note, size_t bytes, uint64_t seq, uint64_t arrived_ms);

/* Like hy_frame_next, but also false when the checksum is wrong or the frame is not number
 * `seq`. */
bool hy_frame_next_checked(hy_sv *frames, uint64_t seq, struct hy_frame *frame);

/* The size of the frame that begins here, header included, as its header claims; 0 when there
 * is no whole header. */
uint64_t hy_frame_claimed_bytes(hy_sv frames);

#endif
