/* SPDX-License-Identifier: MIT */
/* The numbers of a recording as a table, and back. */
#include "table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli.h"

/* A number that has changed. */
typedef struct Sample {
        double at;
        size_t column, order;
        double value;
} Sample;

typedef struct Series {
        char **names; /* of the columns: "Vehicle.Cluster.InstrumentCluster.speed", "….fanLevel[Rear]" */
        size_t n_names;
        Sample *samples;
        size_t n_samples, n_room;
        char *const *wanted; /* names of the command line */
        int n_wanted;
} Series;

static void series_done(Series *s) {
        for (size_t i = 0; i < s->n_names; i++)
                free(s->names[i]);
        free(s->names);
        free(s->samples);
}

/* ---- export ---- */

static bool ends_with(const char *name, const char *end) {
        size_t size = strlen(name), part = strlen(end);

        return part <= size && strcmp(name + size - part, end) == 0 &&
               (part == size || name[size - part - 1] == '.');
}

static bool is_wanted(const Series *s, const char *subject, const char *name) {
        for (int i = 0; i < s->n_wanted; i++)
                if (ends_with(subject, s->wanted[i]) || ends_with(name, s->wanted[i]))
                        return true;
        return s->n_wanted == 0;
}

/* -ENOENT: it is not asked for. */
static int find_column(Series *s, const char *subject, const char *zone, size_t *ret) {
        char *name, **names;

        if (asprintf(&name, *zone ? "%s[%s]" : "%s", subject, zone) < 0)
                return -ENOMEM;
        for (*ret = 0; *ret < s->n_names; (*ret)++)
                if (strcmp(s->names[*ret], name) == 0) {
                        free(name);
                        return 0;
                }
        if (!is_wanted(s, subject, name)) {
                free(name);
                return -ENOENT;
        }
        names = reallocarray(s->names, s->n_names + 1, sizeof(*names));
        if (!names) {
                free(name);
                return -ENOMEM;
        }
        s->names = names;
        s->names[s->n_names++] = name;
        return 0;
}

static int add_sample(Series *s, double at, size_t column, double value) {
        if (s->n_samples == s->n_room) {
                size_t n_room = s->n_room ? 2 * s->n_room : 256;
                Sample *samples = reallocarray(s->samples, n_room, sizeof(*samples));

                if (!samples)
                        return -ENOMEM;
                s->samples = samples;
                s->n_room = n_room;
        }
        s->samples[s->n_samples] = (Sample){ at, column, s->n_samples, value };
        s->n_samples++;
        return 0;
}

/* NULL is what is not there. */
static bool is_number_or_null(const json_t *json) {
        return !json || (json_is_number(json) && json_number_value(json) >= 0);
}

static bool is_text_or_null(const json_t *json) {
        return !json || json_is_string(json);
}

/* What is no number is left out: a table has no place for it. -EINVAL: no recording has such a line. */
static int take_line(Series *s, const json_t *line, double *now) {
        const char *subject = json_string_value(json_object_get(line, "set")),
                   *zone = json_string_value(json_object_get(line, "zone"));
        const json_t *value = json_object_get(line, "value"), *at = json_object_get(line, "at"),
                     *after = json_object_get(line, "after");
        size_t column;
        int r;

        if (!json_is_object(line) || !is_number_or_null(at) || !is_number_or_null(after) ||
            !is_text_or_null(json_object_get(line, "set")) ||
            !is_text_or_null(json_object_get(line, "zone")))
                return -EINVAL;
        *now = at ? json_number_value(at) : *now + json_number_value(after);
        if (!subject || !json_is_number(value))
                return 0;
        r = find_column(s, subject, zone ? zone : "", &column);
        if (r == -ENOENT)
                return 0;
        return r < 0 ? r : add_sample(s, *now, column, json_number_value(value));
}

static int read_recording(Series *s, const char *path, const char *text) {
        unsigned number = 0;
        double now = 0;

        for (const char *p = text, *end; *p; p = end + (*end == '\n')) {
                json_error_t error;
                json_t *line;
                int r;

                end = strchrnul(p, '\n');
                number++;
                p += strspn(p, " \t\r");
                if (p >= end || *p == '#')
                        continue;
                line = json_loadb(p, (size_t)(end - p), JSON_REJECT_DUPLICATES, &error);
                if (!line)
                        return fail(STATUS_USAGE, "%s:%u: character %d: %s", path, number,
                                    error.column, error.text);
                r = take_line(s, line, &now);
                json_decref(line);
                if (r == -EINVAL)
                        return fail(STATUS_USAGE, "%s:%u: it is no line of a recording", path,
                                    number);
                if (r < 0)
                        return fail_memory();
        }
        return STATUS_OK;
}

static int compare(const void *a, const void *b) {
        const Sample *one = a, *two = b;

        if (one->at != two->at)
                return one->at < two->at ? -1 : 1;
        return one->order < two->order ? -1 : 1;
}

/* RFC 4180: in quotes when it must be. */
static void print_field(const char *text, FILE *out) {
        if (!strpbrk(text, ",\"\r\n")) {
                fputs(text, out);
                return;
        }
        putc('"', out);
        for (; *text; text++) {
                if (*text == '"')
                        putc('"', out);
                putc(*text, out);
        }
        putc('"', out);
}

/* One row for each moment; a column that is set twice in it has two. */
static void print_rows(const Series *s, bool *is_set, double *values, FILE *out) {
        for (size_t i = 0; i < s->n_samples;) {
                double at = s->samples[i].at;

                memset(is_set, 0, s->n_names * sizeof(*is_set));
                for (; i < s->n_samples && s->samples[i].at == at && !is_set[s->samples[i].column];
                     i++) {
                        is_set[s->samples[i].column] = true;
                        values[s->samples[i].column] = s->samples[i].value;
                }
                fprintf(out, "%.12g", at); /* microseconds in a day */
                for (size_t k = 0; k < s->n_names; k++) {
                        putc(',', out);
                        if (is_set[k])
                                fprintf(out, "%.17g", values[k]);
                }
                fputs("\r\n", out);
        }
}

static int print_table(Series *s, FILE *out) {
        bool *is_set = calloc(s->n_names + 1, sizeof(*is_set));
        double *values = calloc(s->n_names + 1, sizeof(*values));

        if (is_set && values) {
                if (s->n_samples > 0)
                        qsort(s->samples, s->n_samples, sizeof(*s->samples), compare);
                fputs("time", out);
                for (size_t i = 0; i < s->n_names; i++) {
                        putc(',', out);
                        print_field(s->names[i], out);
                }
                fputs("\r\n", out);
                print_rows(s, is_set, values, out);
        }
        free(is_set);
        free(values);
        return is_set && values ? STATUS_OK : fail_memory();
}

int table_export(const char *path, const char *text, int n, char *const names[], FILE *out) {
        Series s = { .wanted = names, .n_wanted = n };
        int status;

        status = read_recording(&s, path, text);
        if (status == STATUS_OK && s.n_names == 0)
                status = fail(STATUS_UNKNOWN, "%s: it has no numbers%s", path,
                              n > 0 ? " of these properties" : "");
        if (status == STATUS_OK)
                status = print_table(&s, out);
        series_done(&s);
        return status;
}

/* ---- import ---- */

typedef struct Table {
        const char *path;
        FILE *out;
        const char *p; /* what is to be read */
        unsigned line;
        char **names;
        size_t n_names;
        bool is_row_over;
} Table;

/* The closing quote; the end of the text: there is none. */
static const char *find_quote(const char *p) {
        while (*p && (*p != '"' || p[1] == '"'))
                p += *p == '"' ? 2 : 1;
        return p;
}

static char *unquote(Table *t, const char *end) {
        char *text = malloc((size_t)(end - t->p) + 1), *to = text;

        for (; text && t->p < end; t->p++) {
                t->p += *t->p == '"';
                t->line += *t->p == '\n';
                *to++ = *t->p;
        }
        if (text)
                *to = '\0';
        t->p = end + 1;
        return text;
}

/* The next field of the row, to be freed. NULL: no memory, or a quote that does not end. */
static char *next_field(Table *t) {
        const char *end;
        char *text;

        if (*t->p == '"') {
                end = find_quote(++t->p);
                if (!*end)
                        return NULL;
                text = unquote(t, end);
        } else {
                size_t size = strcspn(t->p, ",\r\n");

                text = strndup(t->p, size);
                t->p += size;
        }
        t->is_row_over = *t->p != ',';
        if (*t->p == ',')
                t->p++;
        return text;
}

static int refuse_row(const Table *t, const char *what) {
        return fail(STATUS_USAGE, "%s:%u: %s", t->path, t->line, what);
}

/* What stands behind a field, if it was the last. */
static int end_row(Table *t) {
        if (*t->p == '\r')
                t->p++;
        if (*t->p != '\n' && *t->p != '\0')
                return refuse_row(t, "a field goes on behind its quotes");
        t->p += *t->p == '\n';
        return STATUS_OK;
}

/* "Feature.property", perhaps with "[Zone]"; in UTF-8, as a recording is. */
static bool is_subject(const char *name) {
        size_t size = strcspn(name, "["), length = strlen(name);
        const char *dot = memrchr(name, '.', size);
        json_t *json = json_string(name);
        bool is_text = json;

        json_decref(json);
        return is_text && dot && dot > name && dot < name + size - 1 &&
               (size == length || name[length - 1] == ']');
}

static int read_head(Table *t) {
        char *field = next_field(t);

        if (!field || strcmp(field, "time") != 0) {
                free(field);
                return refuse_row(t, "the first row wants \"time\" and names of properties");
        }
        free(field);
        while (!t->is_row_over) {
                char **names = reallocarray(t->names, t->n_names + 1, sizeof(*names));

                if (!names)
                        return fail_memory();
                t->names = names;
                field = next_field(t);
                if (!field)
                        return refuse_row(t, "a quote does not end");
                t->names[t->n_names++] = field;
                if (!is_subject(field))
                        return fail(STATUS_USAGE,
                                    "%s:%u: '%s' is not of the form FEATURE.PROPERTY, "
                                    "or FEATURE.PROPERTY[ZONE]",
                                    t->path, t->line, field);
        }
        return end_row(t);
}

/* "Feature.property[Zone]". NULL: no memory. */
static json_t *new_line(double at, const char *name, double value) {
        size_t size = strcspn(name, "["), length = strlen(name);
        json_t *line = json_object();
        bool has_all;

        has_all = line && json_object_set_new(line, "at", json_real(at)) == 0 &&
                  json_object_set_new(line, "set", json_stringn(name, size)) == 0;
        if (has_all && size < length)
                has_all = json_object_set_new(line, "zone",
                                              json_stringn(name + size + 1, length - size - 2)) ==
                          0;
        /* Whole numbers are what an int wants, and a real takes them. */
        if (has_all)
                has_all = json_object_set_new(line, "value",
                                              value >= -1e15 && value <= 1e15 &&
                                                              value == (double)(json_int_t)value
                                                      ? json_integer((json_int_t)value)
                                                      : json_real(value)) == 0;
        if (has_all)
                return line;
        json_decref(line);
        return NULL;
}

static int read_number(const Table *t, const char *text, double *ret) {
        char *end;

        errno = 0;
        *ret = strtod(text, &end);
        if (*text && !*end && *ret - *ret == 0)
                return STATUS_OK;
        return fail(STATUS_USAGE, "%s:%u: '%s' is not a number", t->path, t->line, text);
}

static int write_field(const Table *t, size_t column, double at, const char *text) {
        double value;
        json_t *line;

        if (!*text)
                return STATUS_OK; /* as before */
        if (read_number(t, text, &value) != STATUS_OK)
                return STATUS_USAGE;
        line = new_line(at, t->names[column], value);
        if (!line)
                return fail_memory();
        json_dumpf(line, t->out, JSON_COMPACT | JSON_REAL_PRECISION(17));
        putc('\n', t->out);
        json_decref(line);
        return STATUS_OK;
}

static int read_row(Table *t) {
        char *field = next_field(t);
        size_t column = 0;
        double at = 0;
        int status;

        if (!field)
                return refuse_row(t, "a quote does not end");
        if (!*field && t->is_row_over) {
                free(field);
                return end_row(t); /* an empty line */
        }
        status = read_number(t, field, &at);
        free(field);
        if (status == STATUS_OK && at < 0)
                status = refuse_row(t, "the time is below 0");
        for (; status == STATUS_OK && !t->is_row_over; column++) {
                if (column == t->n_names)
                        return refuse_row(t, "it has more fields than the first row");
                field = next_field(t);
                status = field ? write_field(t, column, at, field)
                               : refuse_row(t, "a quote does not end");
                free(field);
        }
        return status != STATUS_OK ? status : end_row(t);
}

int table_import(const char *path, const char *text, FILE *out) {
        Table t = { .path = path, .out = out, .p = text, .line = 1 };
        int status;

        status = read_head(&t);
        while (status == STATUS_OK && *t.p) {
                t.line++;
                status = read_row(&t);
        }
        for (size_t i = 0; i < t.n_names; i++)
                free(t.names[i]);
        free(t.names);
        return status;
}
