/* SPDX-License-Identifier: MIT */
/* Shows a configuration as a file that means the same. */
#include "config-private.h"

static void dump_entry(const Entry *e, const ConfigKey *key, FILE *f) {
        if (!e && !key->builtin)
                return;
        if (!e)
                fprintf(f, "# built-in\n%s=%s\n", key->name, key->builtin);
        else if (e->line > 0)
                fprintf(f, "# %s:%u\n%s=%s\n", e->origin, e->line, key->name, e->value);
        else
                fprintf(f, "# %s\n%s=%s\n", e->origin, key->name, e->value);
}

/* Each where it stands: their order is that of sections, then of numbers, so none may stand in for another. */
static void dump_numbered(const Config *c, const char *section, const ConfigKey *key, FILE *f) {
        ConfigNumbered n = { 0 };

        while (config_next_numbered(c, section, key->name, &n)) {
                if (n.line > 0)
                        fprintf(f, "# %s:%u\n", n.origin, n.line);
                else
                        fprintf(f, "# %s\n", n.origin);
                fprintf(f, "%s%u=%s\n", key->name, n.number, n.value);
        }
}

static void dump_section(const Config *c, const char *module, const char *interface, unsigned kind,
                         FILE *f) {
        const char *section = module ? module : "fascia";
        char name[256];
        const ConfigKey *key;
        unsigned number;

        if (interface) {
                snprintf(name, sizeof(name), "%s/%s", module, interface);
                section = name;
        }
        for (size_t i = 0; (key = config_key(c, i)); i++) {
                if (!(key->sections & kind) || config_key_family(c, key->name, &number))
                        continue;
                dump_entry(config_find(c, module, interface, key), key, f);
                if (key->numbered)
                        dump_numbered(c, section, key, f);
        }
}

/* What was said of it; the rest is that of what it serves. */
void config_dump_backend(const Config *c, const char *name, FILE *f) {
        const ConfigKey *key;

        fprintf(f, "\n[%s%s]\n", BACKEND_PREFIX, name);
        for (size_t i = 0; (key = config_key(c, i)); i++) {
                const Entry *e = config_find_for(c, name, key->name);

                if (e)
                        dump_entry(e, key, f);
        }
}

void config_dump_backends(const Config *c, FILE *f) {
        const char *backend = NULL;

        while ((backend = config_next_backend(c, backend)))
                config_dump_backend(c, backend, f);
}

void config_dump(const Config *c, FILE *f) {
        const char *module = NULL, *interface = NULL;

        fprintf(f, "[fascia]\n");
        dump_section(c, NULL, NULL, CONFIG_IN_FASCIA, f);
        while ((module = config_next_module(c, module))) {
                fprintf(f, "\n[%s]\n", module);
                dump_section(c, module, NULL, CONFIG_IN_MODULE, f);
                while ((interface = config_next_interface(c, module, interface))) {
                        fprintf(f, "\n[%s/%s]\n", module, interface);
                        dump_section(c, module, interface, CONFIG_IN_INTERFACE, f);
                }
        }
        config_dump_backends(c, f);
}
