/* SPDX-License-Identifier: MIT */
/* What the text of a setting means by the type of its key, and what to tell who got it wrong. */
#include "config-value.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "utf8.h"

#define N(table) (sizeof(table) / sizeof(table[0]))

/* As long as the names of plugins may be. */
#define NAME_SIZE_MAX 64

typedef struct Unit {
        const char *name;
        uint64_t factor;
} Unit;

/* Ascending, the named one last among equals: numbers are shown in the last that divides them. */
static const Unit time_units[] = {
        { "us", 1 },      { "ms", 1000 },          { "", 1000000 },
        { "s", 1000000 }, { "min", 60 * 1000000 }, { "h", UINT64_C(3600) * 1000000 },
};

static const Unit size_units[] = {
        { "", 1 },
        { "K", 1024 },
        { "M", 1024 * 1024 },
        { "G", 1024 * 1024 * 1024 },
};

static const Unit plain_unit[] = { { "", 1 } };

/* ---- reading ---- */

/* Whether a file could say it, so that what the environment says can be shown as one. libinih takes
 * a ';' behind a space for a comment. */
static bool fits_a_line(const char *s) {
        size_t n = strlen(s);

        for (size_t i = 0; i < n; i++)
                if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
                        return false;
        return !strstr(s, " ;") && (n == 0 || (s[0] != ' ' && s[n - 1] != ' ')) && utf8_is_valid(s);
}

static bool parse_number(const char *s, const Unit *units, size_t n, uint64_t *ret) {
        uint64_t value = 0;

        if (!isdigit((unsigned char)*s))
                return false;
        for (; isdigit((unsigned char)*s); s++)
                if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
                    __builtin_add_overflow(value, (uint64_t)(*s - '0'), &value))
                        return false;
        while (*s == ' ')
                s++;
        for (size_t i = 0; i < n; i++)
                if (strcmp(s, units[i].name) == 0)
                        return !__builtin_mul_overflow(value, units[i].factor, ret);
        return false;
}

static bool parse_bool(const char *s, uint64_t *ret) {
        static const char *const yes[] = { "yes", "true", "on", "1" };
        static const char *const no[] = { "no", "false", "off", "0" };

        for (size_t i = 0; i < N(yes); i++) {
                if (strcasecmp(s, yes[i]) == 0)
                        return *ret = 1, true;
                if (strcasecmp(s, no[i]) == 0)
                        return *ret = 0, true;
        }
        return false;
}

static bool parse_word(const char *s, const char *const *words, uint64_t *ret) {
        for (size_t i = 0; words[i]; i++)
                if (strcmp(s, words[i]) == 0)
                        return *ret = i, true;
        return false;
}

static bool is_name(const char *s) {
        size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

        return n <= NAME_SIZE_MAX && s[n] == '\0';
}

static bool are_paths(const char *s) {
        for (;;) {
                if (*s != '/')
                        return false;
                s = strchr(s, ':');
                if (!s)
                        return true;
                s++;
        }
}

static bool is_limited(const ConfigKey *key) {
        return key->minimum || key->maximum;
}

static bool is_within_limits(const ConfigKey *key, uint64_t number) {
        return !is_limited(key) || (number >= key->minimum && number <= key->maximum);
}

bool config_value_parse(const ConfigKey *key, const char *text, uint64_t *ret) {
        *ret = 0;
        if (!fits_a_line(text))
                return false;
        switch (key->type) {
        case CONFIG_STRING:
                return true;
        case CONFIG_NAME:
                return is_name(text);
        case CONFIG_PATHS:
                return are_paths(text);
        case CONFIG_BOOLEAN:
                return parse_bool(text, ret);
        case CONFIG_WORD:
                return parse_word(text, key->words, ret);
        case CONFIG_UNSIGNED:
                return parse_number(text, plain_unit, N(plain_unit), ret) &&
                       is_within_limits(key, *ret);
        case CONFIG_TIME:
                return parse_number(text, time_units, N(time_units), ret) &&
                       is_within_limits(key, *ret);
        case CONFIG_SIZE:
                return parse_number(text, size_units, N(size_units), ret) &&
                       is_within_limits(key, *ret);
        }
        return false;
}

/* ---- telling ---- */

static void print_number(char *buffer, size_t size, uint64_t number, const Unit *units, size_t n) {
        const Unit *best = &units[0];

        for (size_t i = 1; i < n && number > 0; i++)
                if (number % units[i].factor == 0)
                        best = &units[i];
        snprintf(buffer, size, "%" PRIu64 "%s", number / best->factor, best->name);
}

static void print_range(char *buffer, size_t size, const ConfigKey *key, const char *what,
                        const char *examples, const Unit *units, size_t n) {
        char minimum[32], maximum[32];

        if (!is_limited(key)) {
                snprintf(buffer, size, "%s%s", what, examples);
                return;
        }
        print_number(minimum, sizeof(minimum), key->minimum, units, n);
        print_number(maximum, sizeof(maximum), key->maximum, units, n);
        snprintf(buffer, size, "%s from %s to %s", what, minimum, maximum);
}

static void print_words(char *buffer, size_t size, const char *const *words) {
        size_t n = (size_t)snprintf(buffer, size, "one of");

        for (size_t i = 0; words[i] && n < size; i++)
                n += (size_t)snprintf(buffer + n, size - n, "%s %s", i > 0 ? "," : "", words[i]);
}

void config_value_expected(const ConfigKey *key, char *buffer, size_t size) {
        switch (key->type) {
        case CONFIG_STRING:
                snprintf(buffer, size, "UTF-8 text on one line, without ' ;'");
                break;
        case CONFIG_NAME:
                snprintf(buffer, size, "a name of at most %d small letters, digits and '-'",
                         NAME_SIZE_MAX);
                break;
        case CONFIG_PATHS:
                snprintf(buffer, size, "absolute directories, separated by ':'");
                break;
        case CONFIG_BOOLEAN:
                snprintf(buffer, size, "yes or no");
                break;
        case CONFIG_WORD:
                print_words(buffer, size, key->words);
                break;
        case CONFIG_UNSIGNED:
                print_range(buffer, size, key, "a number", "", plain_unit, N(plain_unit));
                break;
        case CONFIG_TIME:
                print_range(buffer, size, key, "a time", " such as 500ms, 20s or 1min", time_units,
                            N(time_units));
                break;
        case CONFIG_SIZE:
                print_range(buffer, size, key, "a size", " such as 4096, 64K or 1M", size_units,
                            N(size_units));
                break;
        }
}
