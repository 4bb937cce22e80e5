/* frame.h - operations in flight: what the rest of the machine room needs of frame.c. */
#pragma once

#include "machine/machine.h"

void frame_settle(struct sim_frame *frame, const struct sim_key *key);
void frame_cut(struct sim_frame *frame);
void frame_suspend(struct sim_frame *frame);
/* @frame's CPU, which was paused for @ns, goes on. */
void frame_resume(struct sim_frame *frame, int64_t ns);
void frame_rescale(struct sim_frame *frame, int64_t old_share);
void frame_continue(struct sim_frame *frame);
void frame_event(struct sim_frame *frame);
bool frame_in_closed(const struct sim_frame *frame);
void frame_enter_closed(struct sim_frame *frame);
void frame_make_lock_explicit(struct sim_frame *frame);
