/* SPDX-License-Identifier: MIT */
/* One fault, as it is described. */
#include "sim-fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim-text.h"

/* A day. */
#define SECONDS_MAX 86400.0

/* With what stands before a short one. */
#define ERROR_NAME_MAX (255 - (int)sizeof("org.fascia.Error."))

static const char *const kinds[] = {
        [SIM_DELAY] = "delay",
        [SIM_DROP] = "drop",
        [SIM_FAIL] = "fail",
        [SIM_FREEZE] = "freeze",
        [SIM_DISCONNECT] = "disconnect",
        [SIM_DUPLICATE] = "duplicate",
        [SIM_FLOOD] = "flood",
        [SIM_REORDER] = "reorder",
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int read_kind(const char *text, SimFaultKind *ret, char **reterr_text) {
        for (size_t i = 0; i < N_KINDS; i++)
                if (strcmp(kinds[i], text) == 0) {
                        *ret = (SimFaultKind)i;
                        return 0;
                }
        return sim_refuse(
                reterr_text,
                "'%s' is no fault: delay, drop, fail, freeze, disconnect, duplicate, flood or "
                "reorder",
                text);
}

static int read_text(const char *key, const json_t *json, const char **ret, char **reterr_text) {
        if (!json_is_string(json))
                return sim_refuse(reterr_text, "'%s' wants a text", key);
        *ret = json_string_value(json);
        return 0;
}

static int read_number(const char *key, const json_t *json, double minimum, double maximum,
                       double *ret, char **reterr_text) {
        double value = json_number_value(json);

        if (!json_is_number(json) || !(value >= minimum && value <= maximum))
                return sim_refuse(reterr_text, "'%s' wants a number from %g to %g", key, minimum,
                                  maximum);
        *ret = value;
        return 0;
}

static int read_count(const char *key, const json_t *json, int64_t minimum, uint64_t *ret,
                      char **reterr_text) {
        if (!json_is_integer(json) || json_integer_value(json) < minimum)
                return sim_refuse(reterr_text, "'%s' wants a whole number of %d or more", key,
                                  (int)minimum);
        *ret = (uint64_t)json_integer_value(json);
        return 0;
}

static int read_seconds(const json_t *json, uint64_t *ret, char **reterr_text) {
        double seconds = 0;
        int r;

        r = read_number("seconds", json, 0.000001, SECONDS_MAX, &seconds, reterr_text);
        if (r >= 0)
                *ret = (uint64_t)(seconds * 1e6);
        return r;
}

static int read_key(SimFault *f, const char *key, const json_t *json, char **reterr_text) {
        const struct {
                const char *key;
                const char **to;
        } texts[] = { { "feature", &f->feature },
                      { "zone", &f->zone },
                      { "member", &f->member },
                      { "error", &f->error },
                      { "text", &f->text } };

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                if (strcmp(key, texts[i].key) == 0)
                        return read_text(key, json, texts[i].to, reterr_text);
        if (strcmp(key, "fault") == 0)
                return 0;
        if (strcmp(key, "seconds") == 0)
                return read_seconds(json, &f->usec, reterr_text);
        if (strcmp(key, "rate") == 0)
                return read_number(key, json, 0.001, 100000, &f->rate, reterr_text);
        if (strcmp(key, "probability") == 0)
                return read_number(key, json, 0, 1, &f->probability, reterr_text);
        if (strcmp(key, "times") == 0)
                return read_count(key, json, 1, &f->times, reterr_text);
        if (strcmp(key, "skip") == 0)
                return read_count(key, json, 0, &f->skip, reterr_text);
        return sim_refuse(
                reterr_text,
                "'%s' is unknown: fault, feature, zone, member, seconds, rate, error, text, "
                "times, skip, probability",
                key);
}

/* "Busy", or in full: words of letters, digits and '_', which no digit begins, with dots between. */
static bool is_error_name(const char *text) {
        for (const char *p = text;; p++) {
                size_t size = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
                                        "0123456789");

                if (size == 0 || (*p >= '0' && *p <= '9'))
                        return false;
                p += size;
                if (*p != '.')
                        return !*p && p - text <= ERROR_NAME_MAX;
        }
}

static int check(const SimFault *f, char **reterr_text) {
        if (f->error && !is_error_name(f->error))
                return sim_refuse(reterr_text, "'%s' is no name of an error", f->error);
        if (f->kind == SIM_DELAY && f->usec == 0)
                return sim_refuse(reterr_text, "'delay' wants 'seconds'");
        if (f->kind == SIM_DISCONNECT && (f->zone || f->member))
                return sim_refuse(reterr_text, "'disconnect' is of a feature as a whole");
        if (f->error && f->kind != SIM_FAIL)
                return sim_refuse(reterr_text, "'error' is of 'fail' only");
        return 0;
}

int sim_fault_read(const json_t *description, SimFault *ret, char **reterr_text) {
        SimFault f = { .probability = 1, .rate = 100 };
        const json_t *kind = json_object_get(description, "fault"), *value;
        const char *key;
        int r;

        if (!json_is_object(description))
                return sim_refuse(reterr_text, "a fault is an object: { \"fault\": \"delay\", … }");
        if (!json_is_string(kind))
                return sim_refuse(reterr_text, "'fault' is missing, which says what goes wrong");
        r = read_kind(json_string_value(kind), &f.kind, reterr_text);
        if (r < 0)
                return r;
        f.description = json_deep_copy(description);
        if (!f.description)
                return -ENOMEM;
        json_object_foreach (f.description, key, value) {
                r = read_key(&f, key, value, reterr_text);
                if (r < 0)
                        break;
        }
        if (r >= 0)
                r = check(&f, reterr_text);
        if (r < 0) {
                sim_fault_done(&f);
                return r;
        }
        *ret = f;
        return 0;
}

void sim_fault_done(SimFault *f) {
        json_decref(f->description);
        *f = (SimFault){ 0 };
}
