/* SPDX-License-Identifier: MIT */
/* The lines of scenarios and recordings. */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

typedef enum SimLineKind {
        SIM_LINE_SET,
        SIM_LINE_WITHDRAW,
        SIM_LINE_EMIT,
        SIM_LINE_ADD_ZONE,
        SIM_LINE_REMOVE_ZONE,
        SIM_LINE_FAIL,
        SIM_LINE_READY,
        SIM_LINE_FAULT,
        SIM_LINE_CLEAR_FAULTS,
        SIM_LINE_CALL,
        SIM_LINE_WRITE,
        SIM_LINE_EXPECT,
        SIM_LINE_EXPECT_SIGNAL,
        SIM_LINE_EXPECT_CALL,
        SIM_LINE_EXPECT_WRITE,
        SIM_LINE_LOG,
        SIM_LINE_HEADER, /* says that it is a recording */
} SimLineKind;

/* Of one line, for as long as it is looked at. */
typedef struct SimLine {
        json_t *json;
        SimLineKind kind;
        const char *
                subject; /* what stands behind the kind, where that is a text: "ClimateControl.fanLevel" */
        const char *zone; /* "" is the feature itself */
        uint64_t within;  /* of expectations, in microseconds */
} SimLine;

/* Where a line is in its text, and when it happens. */
typedef struct SimLinePlace {
        uint64_t at; /* in microseconds since the beginning */
        size_t offset;
        uint32_t size;
        uint32_t number; /* from 1 */
        SimLineKind kind;
} SimLinePlace;

/* Of a whole scenario. */
#define SIM_SCENARIO_SIZE_MAX (64u << 20)

/* One line. -EINVAL: *reterr_text (to be freed) says what is wrong with it; -ENOMEM. */
int sim_line_read(const char *text, size_t size, SimLine *ret, char **reterr_text);
void sim_line_done(SimLine *line);

/* All lines that count, in the order in which they happen. *ret is to be freed. -EINVAL: *reterr_text says "NAME:LINE: …"; -ENOMEM. */
int sim_lines_read(const char *name, const char *text, size_t size, SimLinePlace **ret,
                   size_t *ret_n, char **reterr_text);
