/* SPDX-License-Identifier: MIT */
/* Values of a configuration: what each type of key may say. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "config-private.h"

static bool parse_number(const char *s, uint64_t *ret, const char **ret_rest) {
        uint64_t value = 0;

        if (!isdigit((unsigned char)*s))
                return false;
        for (; isdigit((unsigned char)*s); s++)
                if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
                    __builtin_add_overflow(value, (uint64_t)(*s - '0'), &value))
                        return false;
        *ret = value;
        *ret_rest = s;
        return true;
}

typedef struct Unit {
        const char *name;
        uint64_t factor;
} Unit;

static const Unit time_units[] = {
        { "", 1000000 },         { "us", 1 },
        { "ms", 1000 },          { "s", 1000000 },
        { "min", 60 * 1000000 }, { "h", UINT64_C(3600) * 1000000 },
};

static const Unit size_units[] = {
        { "", 1 },
        { "K", 1024 },
        { "M", 1024 * 1024 },
        { "G", 1024 * 1024 * 1024 },
};

static bool parse_with_unit(const char *s, const Unit *units, size_t n, uint64_t *ret) {
        const char *rest;
        uint64_t value;

        if (!parse_number(s, &value, &rest))
                return false;
        while (*rest == ' ')
                rest++;
        for (size_t i = 0; i < n; i++)
                if (strcmp(rest, units[i].name) == 0)
                        return !__builtin_mul_overflow(value, units[i].factor, ret);
        return false;
}

static bool parse_bool(const char *s, uint64_t *ret) {
        static const char *const yes[] = { "yes", "true", "on", "1" };
        static const char *const no[] = { "no", "false", "off", "0" };

        for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
                if (strcasecmp(s, yes[i]) == 0)
                        return *ret = 1, true;
                if (strcasecmp(s, no[i]) == 0)
                        return *ret = 0, true;
        }
        return false;
}

static bool paths_are_absolute(const char *s) {
        for (;;) {
                if (*s != '/')
                        return false;
                s = strchr(s, ':');
                if (!s)
                        return true;
                s++;
        }
}

const char *config_value_parse(const ConfigKey *key, const char *value, uint64_t *ret) {
        const char *rest;

        *ret = 0;
        switch (key->type) {
        case CONFIG_STRING:
                return NULL;
        case CONFIG_BOOLEAN:
                return parse_bool(value, ret) ? NULL : "yes or no";
        case CONFIG_UNSIGNED:
                if (!parse_number(value, ret, &rest) || *rest)
                        return "a number";
                break;
        case CONFIG_TIME:
                if (!parse_with_unit(value, time_units, sizeof(time_units) / sizeof(time_units[0]),
                                     ret))
                        return "a time such as 500ms, 20s or 1min";
                break;
        case CONFIG_SIZE:
                if (!parse_with_unit(value, size_units, sizeof(size_units) / sizeof(size_units[0]),
                                     ret))
                        return "a size such as 4096, 64K or 1M";
                break;
        case CONFIG_WORD:
                for (size_t i = 0; key->words[i]; i++)
                        if (strcmp(value, key->words[i]) == 0) {
                                *ret = i;
                                return NULL;
                        }
                return "one of the words that the manual page lists";
        case CONFIG_PATHS:
                return paths_are_absolute(value) ? NULL : "absolute directories, separated by ':'";
        }
        if ((key->minimum || key->maximum) && (*ret < key->minimum || *ret > key->maximum))
                return "a value within the limits that the manual page gives";
        return NULL;
}
