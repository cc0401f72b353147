/* SPDX-License-Identifier: MIT */
/* The wire interface on messages of sd-bus. */
#pragma once

#include "wire.h"

/* The target or source is a sd_bus_message. */
extern const WriterOps wire_sd_bus_writer_ops;
extern const ReaderOps wire_sd_bus_reader_ops;
