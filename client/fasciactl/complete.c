/* SPDX-License-Identifier: MIT */
/* complete: what may stand next on a command line, for the shells. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "manage.h"
#include "values.h"

/* What a word of a command is. */
typedef enum Part {
        PART_NOTHING,
        PART_FEATURE = 1,
        PART_PROPERTY = 2, /* FEATURE.PROPERTY */
        PART_SETTABLE = 4,
        PART_METHOD = 8,
        PART_SIGNAL = 16,
        PART_ZONE = 32,  /* of the feature in the first word */
        PART_VALUE = 64, /* of the property, or an argument of the operation */
        PART_LEVEL = 128
} Part;

static const struct {
        const char *command;
        unsigned parts[3];
        unsigned others; /* of all words after these */
} grammar[] = {
        { "get", { PART_FEATURE | PART_PROPERTY, PART_ZONE, 0 }, 0 },
        { "set", { PART_SETTABLE, PART_VALUE, PART_ZONE }, 0 },
        { "call", { PART_METHOD, PART_VALUE, PART_VALUE }, PART_VALUE },
        { "watch",
          { PART_FEATURE | PART_PROPERTY | PART_SIGNAL, PART_FEATURE | PART_PROPERTY | PART_SIGNAL,
            PART_FEATURE | PART_PROPERTY | PART_SIGNAL },
          PART_FEATURE | PART_PROPERTY | PART_SIGNAL },
        { "describe", { PART_FEATURE, 0, 0 }, 0 },
        { "list", { PART_FEATURE, 0, 0 }, 0 },
        { "start", { PART_FEATURE, 0, 0 }, 0 },
        { "stop", { PART_FEATURE, 0, 0 }, 0 },
        { "restart", { PART_FEATURE, 0, 0 }, 0 },
        { "log-level", { PART_LEVEL, 0, 0 }, 0 },
        { "status", { 0, 0, 0 }, 0 },
        { "top", { 0, 0, 0 }, 0 },
        { "reload", { 0, 0, 0 }, 0 },
};

#define N_COMMANDS (sizeof(grammar) / sizeof(grammar[0]))

static const char *const options[] = { "--zone",  "--json",     "--address", "--timeout",
                                       "--count", "--interval", "--once",    "--batch",
                                       "--help",  "--version",  NULL };
static const char *const with_value[] = { "--zone",  "--address",  "--timeout",
                                          "--count", "--interval", NULL };
static const char *const levels[] = { "emerg",  "alert", "crit",  "err", "warning",
                                      "notice", "info",  "debug", NULL };

static void offer(const char *word, const char *prefix) {
        if (strncmp(word, prefix, strlen(prefix)) == 0)
                puts(word);
}

static void offer_all(const char *const *words, const char *prefix) {
        for (; *words; words++)
                offer(*words, prefix);
}

static bool is_among(const char *const *words, const char *word) {
        for (; *words; words++)
                if (strcmp(*words, word) == 0)
                        return true;
        return false;
}

/* ---- names ---- */

static void offer_member(const char *feature, const char *member, const char *prefix) {
        char *word;

        if (asprintf(&word, "%s.%s", feature, member) < 0)
                return;
        offer(word, prefix);
        free(word);
}

static void offer_members(const CtlFeature *f, const char *name, unsigned parts,
                          const char *prefix) {
        const struct fascia_interface *i = f->interface;

        for (uint32_t n = 0; n < i->n_properties; n++)
                if ((parts & PART_PROPERTY) ||
                    ((parts & PART_SETTABLE) && !property_is_readonly(interface_property(i, n))))
                        offer_member(name, interface_property(i, n)->name, prefix);
        for (uint32_t n = 0; (parts & PART_METHOD) && n < i->n_methods; n++)
                offer_member(name, interface_method(i, n)->name, prefix);
        for (uint32_t n = 0; (parts & PART_SIGNAL) && n < i->n_signals; n++)
                offer_member(name, interface_signal(i, n)->name, prefix);
}

static void offer_spelled(Ctl *c, Catalogue *k, CtlFeature *f, const char *name, unsigned parts,
                          const char *prefix) {
        size_t n = strlen(name), length = strlen(prefix);

        /* Only what can become the word is worth loading a library for. */
        if (strncmp(name, prefix, n < length ? n : length) != 0)
                return;
        if (parts & PART_FEATURE)
                offer(name, prefix);
        if ((parts & ~(unsigned)PART_FEATURE) && catalogue_describe(c, k, f) == 0)
                offer_members(f, name, parts, prefix);
}

static bool is_unique(const Catalogue *k, const char *short_name) {
        unsigned n = 0;

        for (size_t i = 0; i < k->n; i++) {
                const char *dot = strrchr(k->features[i].name, '.');

                n += dot && strcmp(dot + 1, short_name) == 0;
        }
        return n == 1;
}

/* Short, where that is enough; as a whole once the word has begun so. */
static void offer_names(Ctl *c, Catalogue *k, unsigned parts, const char *prefix) {
        for (size_t i = 0; i < k->n; i++) {
                CtlFeature *f = &k->features[i];
                const char *dot = strrchr(f->name, '.');
                bool is_short_enough = dot && is_unique(k, dot + 1);

                if (is_short_enough)
                        offer_spelled(c, k, f, dot + 1, parts, prefix);
                if (*prefix || !is_short_enough)
                        offer_spelled(c, k, f, f->name, parts, prefix);
        }
}

/* ---- zones and values ---- */

static void offer_zones(Ctl *c, Catalogue *k, const char *text, const char *prefix) {
        const char *member;
        CtlFeature *f;
        json_t *zone;
        size_t i;

        if (catalogue_find(c, k, text, MEMBER_MAY_BE, &f, &member) != 0)
                return;
        json_array_foreach (json_object_get(f->record, "Zones"), i, zone)
                offer(json_string_value(zone), prefix);
}

/* Of flags, the one after the last |. */
static void offer_flags(const struct fascia_type *type, const char *prefix) {
        const char *last = strrchr(prefix, '|');
        int before = last ? (int)(last + 1 - prefix) : 0;

        for (uint32_t i = 0; i < type->n_enumerators; i++) {
                char *word;

                if (asprintf(&word, "%.*s%s", before, prefix, type->enumerators[i].name) < 0)
                        return;
                offer(word, prefix);
                free(word);
        }
}

static void offer_values(const struct fascia_type *type, const char *prefix) {
        static const char *const truths[] = { "true", "false", NULL };

        if (type->kind == FASCIA_KIND_BOOL)
                offer_all(truths, prefix);
        else if (type->kind == FASCIA_KIND_FLAG)
                offer_flags(type, prefix);
        for (uint32_t i = 0; type->kind == FASCIA_KIND_ENUM && i < type->n_enumerators; i++)
                offer(type->enumerators[i].name, prefix);
}

/* argument: of an operation; the first is 0. */
static void offer_member_values(Ctl *c, Catalogue *k, bool is_call, const char *text,
                                uint32_t argument, const char *prefix) {
        const struct fascia_method *method;
        const char *member;
        CtlFeature *f;
        int n;

        if (catalogue_find(c, k, text, MEMBER_MUST_BE, &f, &member) != 0 ||
            catalogue_describe(c, k, f) != 0)
                return;
        n = is_call ? find_method(f->interface, member) : find_property(f->interface, member);
        if (n < 0)
                return;
        if (!is_call) {
                offer_values(interface_property(f->interface, (uint32_t)n)->type, prefix);
                return;
        }
        method = interface_method(f->interface, (uint32_t)n);
        if (argument < method->input->n_members)
                offer_values(method->input->members[argument].type, prefix);
}

/* ---- the command ---- */

/* words[0] is the command, words[n - 1] what is being typed. */
static int offer_word(Ctl *c, int n, char *words[], unsigned parts) {
        const char *prefix = words[n - 1];
        Catalogue k;
        int status;

        if (parts & PART_LEVEL)
                offer_all(levels, prefix);
        if (parts == PART_NOTHING || (parts & PART_LEVEL))
                return 0;
        status = catalogue_open(c, &k);
        if (status != 0)
                return status;
        if (parts & PART_ZONE)
                offer_zones(c, &k, words[1], prefix);
        else if (parts & PART_VALUE)
                offer_member_values(c, &k, strcmp(words[0], "call") == 0, words[1],
                                    (uint32_t)(n - 3), prefix);
        else
                offer_names(c, &k, parts, prefix);
        catalogue_close(&k);
        return 0;
}

/* Takes the options out of what was typed before. */
static int take_words(int n, char *args[], char *words[]) {
        int n_words = 0;

        for (int i = 0; i < n - 1; i++) {
                if (is_among(with_value, args[i]))
                        i++;
                else if (strncmp(args[i], "--", 2) != 0)
                        words[n_words++] = args[i];
        }
        words[n_words++] = args[n - 1];
        return n_words;
}

static int complete(Ctl *c, int n, char *words[]) {
        const char *prefix = words[n - 1];

        if (strncmp(prefix, "-", 1) == 0) {
                offer_all(options, prefix);
                return 0;
        }
        for (size_t i = 0; i < N_COMMANDS; i++) {
                if (n == 1)
                        offer(grammar[i].command, prefix);
                else if (strcmp(grammar[i].command, words[0]) == 0)
                        return offer_word(c, n, words,
                                          n <= 4 ? grammar[i].parts[n - 2] : grammar[i].others);
        }
        return 0;
}

int command_complete(Ctl *c, int n, char *args[]) {
        char **words;
        int status;

        if (n == 0)
                return 0;
        words = calloc((size_t)n, sizeof(*words));
        if (!words)
                return fail_memory();
        n = take_words(n, args, words);
        status = complete(c, n, words);
        free(words);
        return status;
}
