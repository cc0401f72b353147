/* SPDX-License-Identifier: MIT */
/* Configuration: files in layers, the environment and the command line, by a table of known keys.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct Config Config;

typedef enum ConfigType {
        CONFIG_STRING,
        CONFIG_NAME,    /* of a plugin: small letters, digits and '-'; empty: none */
        CONFIG_BOOLEAN, /* yes, no, true, false, on, off, 1, 0 */
        CONFIG_UNSIGNED,
        CONFIG_TIME, /* in microseconds; units us ms s min h, a bare number is seconds */
        CONFIG_SIZE, /* in bytes; units K M G, of 1024 */
        CONFIG_WORD, /* one of words */
        CONFIG_PATHS /* absolute directories, separated by ':' */
} ConfigType;

/* Where a key may stand. */
#define CONFIG_IN_FASCIA 1u    /* [fascia] */
#define CONFIG_IN_MODULE 2u    /* [Module] */
#define CONFIG_IN_INTERFACE 4u /* [Module/Interface] */
#define CONFIG_IN_BACKEND 8u   /* [backend/NAME] */

/* Says whether a text is a value; if not, what is wrong with it, cut to size. */
typedef bool ConfigCheckFn(const char *text, char *reterr_text, size_t size);

typedef struct ConfigKey ConfigKey;
struct ConfigKey {
        const char *name; /* UpperCamelCase */
        ConfigType type;
        const char *builtin;       /* the value when nobody says another; must be valid */
        uint64_t minimum, maximum; /* of numbers, inclusive; both 0: any */
        const char *const *words;  /* of CONFIG_WORD, NULL at the end */
        unsigned sections;         /* CONFIG_IN_* */
        ConfigCheckFn *check;      /* of what the type does not say, or NULL */
        /* What the keys NAME1 to NAME999 are, which all count where they stand: config_next_numbered(). NULL:
         * there are none. */
        const ConfigKey *numbered;
        /* Says who may do what. A mistake in it is one of every module that it would have counted for. */
        bool is_guard;
        /* Can change while a module is served as before: config_module_equal() does not look at it. */
        bool is_live;
};

/* The keys are borrowed. Besides them every key that begins with "X-" may stand in any section: it is for
 * backends, and text. */
int config_new(const ConfigKey *keys, size_t n_keys, Config **ret);
Config *config_free(Config *c);

/* What cannot be used is left out and kept as a problem, never an error: a file as a whole when it
 * cannot be parsed or trusted, otherwise the key alone. -ENOMEM. */

/* FASCIA_VENDOR_DIR/NAME, FASCIA_SYSCONF_DIR/NAME, then FASCIA_SYSCONF_DIR/NAME.d/ *.conf in the
 * order of names; missing ones are fine. */
int config_load_layers(Config *c, const char *name);
/* The same, below directories that are not built in. */
int config_load_layers_in(Config *c, const char *vendor_dir, const char *sysconf_dir,
                          const char *name);
/* One file. Also returns an error when the file as a whole cannot be used: -ENOENT, -EPERM (not to
 * be trusted), -EFBIG (over 64 KiB), -EBADMSG (not to be parsed), … */
int config_load_file(Config *c, const char *path);
/* FASCIA_PLUGIN_PATH for PluginPath, and so on, for each key of [fascia]; and FASCIA_SETTINGS for any key
 * of any section: "Vehicle.Climate:Timeout=1s ; fascia:X-Device=/dev/ttyS0". Nothing in secure execution. */
int config_load_environment(Config *c);
/* The files NAME.backend in directories separated by ':', of which the first of a name counts: each says
 * with a section [backend] what a file of a layer would say with [backend/NAME], and is overridden by those. */
int config_load_backends(Config *c, const char *path);
/* origin is shown to people: "command line". -EINVAL: refused, which is a problem too. */
int config_set(Config *c, const char *section, const char *key, const char *value,
               const char *origin);

/* The same for the program that uses the configuration: after files, before the environment. value NULL:
 * takes it back. */
int config_set_by_program(Config *c, const char *section, const char *key, const char *value);
/* Who has said the value in effect there, when neither the program nor a file can change it: the
 * environment or the command line; else NULL. */
const char *config_get_lock(const Config *c, const char *section, const char *key);

/* From now on the values of this interface are looked for in that section instead of the module's.
 * -ENOMEM. */
int config_redirect(Config *c, const char *module, const char *interface, const char *section);
/* Whether it is such a section: not one of a module, unless a module has that name too. */
bool config_is_redirection(const Config *c, const char *section);

typedef struct ConfigProblem {
        const char *origin;  /* file, or what else it came from */
        unsigned line;       /* 0: none */
        const char *section; /* NULL: the whole file */
        const char *text;
        bool is_guard; /* it concerns who may do what */
} ConfigProblem;

/* The n-th problem, or NULL. Borrowed. */
const ConfigProblem *config_problems(const Config *c, size_t n);
/* "fasciad.conf:3: [fascia]: unknown key 'Colour'"; to be freed. NULL: no memory. */
char *config_problem_print(const ConfigProblem *p);
/* The first problem in the sections of the module, in those that its interfaces were redirected to, or of a
 * guard in [fascia]; or NULL. */
const ConfigProblem *config_module_problem(const Config *c, const char *module);

/* The value in effect; of config_get_string(), for the types that are text. The command line comes
 * before the environment, that before files; in each of them the interface's section before the
 * module's (or the one that stands for it), that before [fascia]; at last the built-in value. module and interface may be NULL. The
 * key must be known and of that type. Borrowed strings live as long as the configuration. */
const char *config_get_string(const Config *c, const char *module, const char *interface,
                              const char *key);
bool config_get_bool(const Config *c, const char *module, const char *interface, const char *key);
/* CONFIG_UNSIGNED; CONFIG_TIME in microseconds; CONFIG_SIZE in bytes; CONFIG_WORD as index of the
 * word. */
uint64_t config_get_uint(const Config *c, const char *module, const char *interface,
                         const char *key);
uint64_t config_get_time(const Config *c, const char *module, const char *interface,
                         const char *key);
uint64_t config_get_size(const Config *c, const char *module, const char *interface,
                         const char *key);
/* As text, for any key, also an unknown one: NULL when nobody knows it. */
const char *config_lookup(const Config *c, const char *module, const char *interface,
                          const char *key);

/* The same for an interface that this backend serves: what is said in [backend/NAME], in whichever layer,
 * comes first, because it describes that one. backend may be NULL. */
const char *config_lookup_for(const Config *c, const char *backend, const char *module,
                              const char *interface, const char *key);
/* What is said in [backend/NAME] of a key that may only stand there, CONFIG_BOOLEAN or CONFIG_WORD as index
 * of the word; 0 also for a key that is unknown. */
uint64_t config_get_number_for(const Config *c, const char *backend, const char *key);
/* The value in effect in a section that is named as in a file, and (ret_origin may be NULL) who said it: a
 * file, "environment …", "program", …; NULL: it is built in. NULL: there is no such section or key. */
const char *config_lookup_in(const Config *c, const char *section, const char *key,
                             const char **ret_origin);
/* The section that counts for the interface after its own and before [fascia]: of its module, or of what
 * stands for that. */
const char *config_get_module_section(const Config *c, const char *module, const char *interface);

/* One of the keys NAME1 to NAME999. Borrowed. */
typedef struct ConfigNumbered {
        unsigned number;
        const char *value;
        const char *origin;
        unsigned line; /* 0: none */
} ConfigNumbered;

/* What is in effect of that section alone, by number; ret->number is the previous one, 0 for the first. */
bool config_next_numbered(const Config *c, const char *section, const char *key,
                          ConfigNumbered *ret);
/* The backends that have a section, in order of first appearance; previous NULL: the first. */
const char *config_next_backend(const Config *c, const char *previous);

/* The modules that have a section of their own or of an interface, in order of first appearance;
 * previous NULL: the first. */
const char *config_next_module(const Config *c, const char *previous);
/* The interfaces of a module that have a section with keys, in any order; previous NULL: the first.
 */
const char *config_next_interface(const Config *c, const char *module, const char *previous);
/* Whether a module would find the same values in both, of the keys that may stand in its sections.
 */
bool config_module_equal(const Config *a, const Config *b, const char *module);

/* The keys that begin with "X-", in order of first appearance; previous NULL: the first. */
const char *config_next_free_key(const Config *c, const char *previous);

/* The section of one backend, or of all, as config_dump(). */
void config_dump_backend(const Config *c, const char *name, FILE *f);
void config_dump_backends(const Config *c, FILE *f);
/* Every key of [fascia], and of each section that there is, with the value in effect there, each
 * below a comment that says where it comes from. A file with this content means the same. */
void config_dump(const Config *c, FILE *f);
