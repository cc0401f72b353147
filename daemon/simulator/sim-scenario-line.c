/* SPDX-License-Identifier: MIT */
/* The lines of scenarios and recordings. */
#include "sim-scenario-line.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim-text.h"

#define SECONDS_MAX 1e9
#define RECORDING_VERSION 1

/* What may stand in a line beside what it is and when that happens. */
enum {
        KEY_ZONE = 1 << 0,
        KEY_VALUE = 1 << 1,
        KEY_ARGUMENTS = 1 << 2,
        KEY_TEXT = 1 << 3,
        KEY_RESULT = 1 << 4,
        KEY_ERROR = 1 << 5,
        KEY_WITHIN = 1 << 6,
        KEY_BOUNDS = 1 << 7,
        KEY_STARTED = 1 << 8,
};

typedef enum SubjectKind {
        SUBJECT_MEMBER,  /* Feature.member */
        SUBJECT_FEATURE, /* Feature */
        SUBJECT_TEXT,
        SUBJECT_OBJECT,
        SUBJECT_TRUE,
        SUBJECT_VERSION,
} SubjectKind;

static const struct {
        const char *name;
        SubjectKind subject;
        unsigned keys, needed;
} kinds[] = {
        [SIM_LINE_SET] = { "set", SUBJECT_MEMBER, KEY_ZONE | KEY_VALUE, KEY_VALUE },
        [SIM_LINE_WITHDRAW] = { "withdraw", SUBJECT_MEMBER, KEY_ZONE, 0 },
        [SIM_LINE_EMIT] = { "emit", SUBJECT_MEMBER, KEY_ZONE | KEY_ARGUMENTS, 0 },
        [SIM_LINE_ADD_ZONE] = { "add-zone", SUBJECT_FEATURE, KEY_ZONE, KEY_ZONE },
        [SIM_LINE_REMOVE_ZONE] = { "remove-zone", SUBJECT_FEATURE, KEY_ZONE, KEY_ZONE },
        [SIM_LINE_FAIL] = { "fail", SUBJECT_FEATURE, KEY_TEXT, 0 },
        [SIM_LINE_READY] = { "ready", SUBJECT_FEATURE, 0, 0 },
        [SIM_LINE_FAULT] = { "fault", SUBJECT_OBJECT, 0, 0 },
        [SIM_LINE_CLEAR_FAULTS] = { "clear-faults", SUBJECT_TRUE, 0, 0 },
        [SIM_LINE_CALL] = { "call", SUBJECT_MEMBER,
                            KEY_ZONE | KEY_ARGUMENTS | KEY_RESULT | KEY_ERROR, 0 },
        [SIM_LINE_WRITE] = { "write", SUBJECT_MEMBER, KEY_ZONE | KEY_VALUE | KEY_ERROR, KEY_VALUE },
        [SIM_LINE_EXPECT] = { "expect", SUBJECT_MEMBER,
                              KEY_ZONE | KEY_VALUE | KEY_BOUNDS | KEY_WITHIN, 0 },
        [SIM_LINE_EXPECT_SIGNAL] = { "expect-signal", SUBJECT_MEMBER,
                                     KEY_ZONE | KEY_ARGUMENTS | KEY_WITHIN, 0 },
        [SIM_LINE_EXPECT_CALL] = { "expect-call", SUBJECT_MEMBER,
                                   KEY_ZONE | KEY_ARGUMENTS | KEY_WITHIN, 0 },
        [SIM_LINE_EXPECT_WRITE] = { "expect-write", SUBJECT_MEMBER,
                                    KEY_ZONE | KEY_VALUE | KEY_WITHIN, 0 },
        [SIM_LINE_LOG] = { "log", SUBJECT_TEXT, 0, 0 },
        [SIM_LINE_HEADER] = { "fascia-recording", SUBJECT_VERSION, KEY_STARTED, 0 },
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct {
        const char *name;
        unsigned key;
} keys[] = {
        { "zone", KEY_ZONE },     { "value", KEY_VALUE },     { "arguments", KEY_ARGUMENTS },
        { "text", KEY_TEXT },     { "result", KEY_RESULT },   { "error", KEY_ERROR },
        { "within", KEY_WITHIN }, { "minimum", KEY_BOUNDS },  { "maximum", KEY_BOUNDS },
        { "unset", KEY_BOUNDS },  { "started", KEY_STARTED },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

/* ---- one line ---- */

static int find_kind(const json_t *json, SimLineKind *ret, char **reterr_text) {
        const char *found = NULL, *key;
        const json_t *value;

        json_object_foreach ((json_t *)json, key, value)
                for (size_t i = 0; i < N_KINDS; i++) {
                        if (strcmp(kinds[i].name, key) != 0)
                                continue;
                        if (found)
                                return sim_refuse(reterr_text, "it is '%s' as well as '%s'", found,
                                                  key);
                        found = key;
                        *ret = (SimLineKind)i;
                }
        if (!found)
                return sim_refuse(reterr_text,
                                  "it does not say what happens: set, emit, expect, …");
        return 0;
}

static bool is_member(const char *text) {
        const char *dot = strrchr(text, '.');

        return dot && dot > text && dot[1] != '\0';
}

static int check_subject(const SimLine *line, const json_t *value, char **reterr_text) {
        const char *name = kinds[line->kind].name;

        switch (kinds[line->kind].subject) {
        case SUBJECT_MEMBER:
                if (json_is_string(value) && is_member(json_string_value(value)))
                        return 0;
                return sim_refuse(reterr_text, "'%s' wants \"FEATURE.MEMBER\"", name);
        case SUBJECT_FEATURE:
                if (json_is_string(value) && *json_string_value(value))
                        return 0;
                return sim_refuse(reterr_text, "'%s' wants the name of a feature", name);
        case SUBJECT_TEXT:
                return json_is_string(value) ? 0
                                             : sim_refuse(reterr_text, "'%s' wants a text", name);
        case SUBJECT_OBJECT:
                return json_is_object(value)
                               ? 0
                               : sim_refuse(reterr_text, "'%s' wants an object", name);
        case SUBJECT_TRUE:
                return json_is_true(value) ? 0 : sim_refuse(reterr_text, "'%s' wants true", name);
        case SUBJECT_VERSION:
                if (json_is_integer(value) && json_integer_value(value) == RECORDING_VERSION)
                        return 0;
                return sim_refuse(reterr_text, "only recordings of version %d are known",
                                  RECORDING_VERSION);
        }
        return 0;
}

static int check_seconds(const char *key, const json_t *value, char **reterr_text) {
        double seconds = json_number_value(value);

        if (json_is_number(value) && seconds >= 0 && seconds <= SECONDS_MAX)
                return 0;
        return sim_refuse(reterr_text, "'%s' wants seconds from 0 to %g", key, SECONDS_MAX);
}

static int check_error(const json_t *value, char **reterr_text) {
        const json_t *name = json_object_get(value, "name"), *text = json_object_get(value, "text");
        size_t n = 1 + (text != NULL);

        if (json_is_string(name) && strchr(json_string_value(name), '.') &&
            (!text || json_is_string(text)) && json_object_size(value) == n)
                return 0;
        return sim_refuse(reterr_text, "'error' wants { \"name\": a name of D-Bus, \"text\": … }");
}

static int check_key(const char *key, const json_t *value, char **reterr_text) {
        static const char *const texts[] = { "zone", "text", "started" };

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                if (strcmp(key, texts[i]) == 0 && !json_is_string(value))
                        return sim_refuse(reterr_text, "'%s' wants a text", key);
        if (strcmp(key, "within") == 0)
                return check_seconds(key, value, reterr_text);
        if (strcmp(key, "error") == 0)
                return check_error(value, reterr_text);
        if ((strcmp(key, "minimum") == 0 || strcmp(key, "maximum") == 0) && !json_is_number(value))
                return sim_refuse(reterr_text, "'%s' wants a number", key);
        if (strcmp(key, "unset") == 0 && !json_is_true(value))
                return sim_refuse(reterr_text, "'unset' wants true");
        if (strcmp(key, "arguments") == 0 && !json_is_object(value))
                return sim_refuse(reterr_text, "'arguments' wants an object");
        return 0;
}

static int check_keys(const SimLine *line, char **reterr_text) {
        const char *own = kinds[line->kind].name, *key;
        const json_t *value;
        unsigned found = 0;
        int r = 0;

        json_object_foreach (line->json, key, value) {
                size_t i = 0;

                if (strcmp(key, own) == 0) {
                        r = check_subject(line, value, reterr_text);
                } else if (strcmp(key, "at") == 0 || strcmp(key, "after") == 0) {
                        r = check_seconds(key, value, reterr_text);
                } else {
                        while (i < N_KEYS && strcmp(keys[i].name, key) != 0)
                                i++;
                        if (i == N_KEYS || !(kinds[line->kind].keys & keys[i].key))
                                return sim_refuse(reterr_text, "'%s' means nothing to '%s'", key,
                                                  own);
                        found |= keys[i].key;
                        r = check_key(key, value, reterr_text);
                }
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < N_KEYS; i++)
                if (kinds[line->kind].needed & ~found & keys[i].key)
                        return sim_refuse(reterr_text, "'%s' wants a '%s'", own, keys[i].name);
        return 0;
}

/* What no table says. */
static int check_line(const SimLine *line, char **reterr_text) {
        static const char *const conditions[] = { "value", "minimum", "maximum", "unset" };
        unsigned n = 0;

        if (json_object_get(line->json, "at") && json_object_get(line->json, "after"))
                return sim_refuse(reterr_text, "it has 'at' as well as 'after'");
        if (json_object_get(line->json, "result") && json_object_get(line->json, "error"))
                return sim_refuse(reterr_text, "it has a 'result' as well as an 'error'");
        for (size_t i = 0; i < 4; i++)
                n += json_object_get(line->json, conditions[i]) != NULL;
        if (line->kind != SIM_LINE_EXPECT)
                return 0;
        if (n == 0)
                return sim_refuse(reterr_text,
                                  "'expect' wants a 'value', 'minimum', 'maximum' or 'unset'");
        if (n > 1 && (json_object_get(line->json, "value") || json_object_get(line->json, "unset")))
                return sim_refuse(reterr_text, "it expects two things at once");
        return 0;
}

static uint64_t to_usec(const json_t *seconds) {
        return (uint64_t)(json_number_value(seconds) * 1e6 + 0.5);
}

int sim_line_read(const char *text, size_t size, SimLine *ret, char **reterr_text) {
        json_error_t error;
        SimLine line = { .json = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
                                            &error) };
        int r;

        if (!line.json)
                return sim_refuse(reterr_text, "character %d: %s", error.column, error.text);
        if (json_is_object(line.json))
                r = find_kind(line.json, &line.kind, reterr_text);
        else
                r = sim_refuse(reterr_text, "a line is an object: { \"at\": 1, \"set\": … }");
        if (r >= 0)
                r = check_keys(&line, reterr_text);
        if (r >= 0)
                r = check_line(&line, reterr_text);
        if (r < 0) {
                sim_line_done(&line);
                return r;
        }
        line.subject = json_string_value(json_object_get(line.json, kinds[line.kind].name));
        line.zone = json_string_value(json_object_get(line.json, "zone"));
        if (!line.zone)
                line.zone = "";
        line.within = to_usec(json_object_get(line.json, "within"));
        *ret = line;
        return 0;
}

void sim_line_done(SimLine *line) {
        json_decref(line->json);
        *line = (SimLine){ 0 };
}

/* ---- all lines ---- */

typedef struct Reader {
        const char *name;
        SimLinePlace *places;
        size_t n_places, n_room;
        uint32_t number;
        uint64_t now; /* of the line before */
} Reader;

static int add(Reader *r, SimLinePlace place) {
        if (r->n_places == r->n_room) {
                size_t n_room = r->n_room ? 2 * r->n_room : 64;
                SimLinePlace *places = reallocarray(r->places, n_room, sizeof(*places));

                if (!places)
                        return -ENOMEM;
                r->places = places;
                r->n_room = n_room;
        }
        r->places[r->n_places++] = place;
        return 0;
}

static int read_place(Reader *r, const char *text, const char *begin, size_t size,
                      char **reterr_text) {
        char *reason = NULL;
        const json_t *at;
        SimLine line;
        int k;

        k = sim_line_read(begin, size, &line, &reason);
        if (k < 0) {
                if (reason)
                        (void)sim_refuse(reterr_text, "%s:%u: %s", r->name, r->number, reason);
                free(reason);
                return *reterr_text ? k : -ENOMEM;
        }
        at = json_object_get(line.json, "at");
        if (at)
                r->now = to_usec(at);
        else
                r->now += to_usec(json_object_get(line.json, "after"));
        if (line.kind != SIM_LINE_HEADER)
                k = add(r, (SimLinePlace){ .at = r->now,
                                           .offset = (size_t)(begin - text),
                                           .size = (uint32_t)size,
                                           .number = r->number,
                                           .kind = line.kind });
        sim_line_done(&line);
        return k;
}

static int compare(const void *a, const void *b) {
        const SimLinePlace *one = a, *two = b;

        if (one->at != two->at)
                return one->at < two->at ? -1 : 1;
        return one->number < two->number ? -1 : one->number > two->number;
}

int sim_lines_read(const char *name, const char *text, size_t size, SimLinePlace **ret,
                   size_t *ret_n, char **reterr_text) {
        Reader reader = { .name = name };
        int r = 0;

        if (size > SIM_SCENARIO_SIZE_MAX)
                return sim_refuse(reterr_text, "%s: it is larger than %u MiB", name,
                                  SIM_SCENARIO_SIZE_MAX >> 20);
        for (const char *p = text; r >= 0 && p < text + size;) {
                const char *end = memchr(p, '\n', (size_t)(text + size - p)), *begin = p;

                if (!end)
                        end = text + size;
                reader.number++;
                while (begin < end && strchr(" \t\r", *begin))
                        begin++;
                if (begin < end && *begin != '#')
                        r = read_place(&reader, text, begin, (size_t)(end - begin), reterr_text);
                p = end + 1;
        }
        if (r < 0) {
                free(reader.places);
                return r;
        }
        if (reader.n_places > 0)
                qsort(reader.places, reader.n_places, sizeof(*reader.places), compare);
        *ret = reader.places;
        *ret_n = reader.n_places;
        return 0;
}
