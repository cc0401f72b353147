/* SPDX-License-Identifier: MIT */
/* The features that there are. */
#include "catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "descriptor.h"
#include "host.h"

/* ---- who serves ---- */

static bool is_manager(const char *name) {
        size_t n = strlen(MANAGER);

        return strncmp(name, MANAGER, n) == 0 && (!name[n] || name[n] == '.');
}

json_t *list_managers(Ctl *c, int *ret_status) {
        json_t *names, *managers, *name;
        Message *reply;
        size_t i;
        int r;

        r = bus_ask(c->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                    "ListNames", NULL, &reply);
        if (r < 0) {
                *ret_status = fail(STATUS_UNAVAILABLE, "the bus does not answer: %s", strerror(-r));
                return NULL;
        }
        names = message_to_json(reply);
        managers = json_array();
        json_array_foreach (names, i, name)
                if (is_manager(json_string_value(name)))
                        json_array_append(managers, name);
        json_decref(names);
        message_unref(reply);
        return managers;
}

static int catalogue_ask(Ctl *c, Catalogue *k, const char *manager) {
        Message *reply;
        json_t *records;
        int r;

        r = bus_ask(c->bus, manager, MANAGER_PATH, MANAGER, "ListFeatures", "", &reply);
        if (r < 0)
                return fail(STATUS_UNAVAILABLE, "%s does not answer: %s", manager, strerror(-r));
        if (message_is_error(reply)) {
                r = fail_reply_of(manager, reply);
                message_unref(reply);
                return r;
        }
        records = message_to_json(reply);
        message_unref(reply);
        return json_object_set_new(k->managers, manager, records) < 0 ? fail_memory() : 0;
}

static const char *text_of(const json_t *record, const char *name) {
        const char *text = json_string_value(json_object_get(record, name));

        return text ? text : "";
}

static CtlFeature *catalogue_add(Catalogue *k) {
        CtlFeature *features = reallocarray(k->features, k->n + 1, sizeof(*features));

        if (!features)
                return NULL;
        k->features = features;
        features[k->n] = (CtlFeature){ .name = "" };
        return &features[k->n++];
}

static int catalogue_fill(Catalogue *k) {
        json_t *records, *record;
        const char *manager, *path;

        json_object_foreach (k->managers, manager, records) {
                json_object_foreach (records, path, record) {
                        CtlFeature *f = catalogue_add(k);

                        if (!f)
                                return fail_memory();
                        f->name = text_of(record, "Name");
                        f->bus_name = text_of(record, "BusName");
                        f->path = path;
                        f->manager = manager;
                        f->record = record;
                }
        }
        return 0;
}

static int compare_features(const void *a, const void *b) {
        return strcmp(((const CtlFeature *)a)->name, ((const CtlFeature *)b)->name);
}

int catalogue_open(Ctl *c, Catalogue *ret) {
        Catalogue k = { .managers = json_object() };
        json_t *managers, *manager;
        int status = 0;
        size_t i;

        managers = list_managers(c, &status);
        json_array_foreach (managers, i, manager) {
                int missing = catalogue_ask(c, &k, json_string_value(manager));

                if (missing != 0)
                        k.missing = missing;
        }
        json_decref(managers);
        if (status == 0)
                status = catalogue_fill(&k);
        if (status != 0) {
                catalogue_close(&k);
                return status;
        }
        if (k.n > 0)
                qsort(k.features, k.n, sizeof(*k.features), compare_features);
        *ret = k;
        return 0;
}

void catalogue_close(Catalogue *k) {
        host_free(k->host);
        json_decref(k->managers);
        free(k->features);
}

/* ---- what is installed ---- */

static int catalogue_open_host(Ctl *c, Catalogue *k) {
        const HostSettings settings = {
                .plugin_path = "",
                .module_path = c->options.module_path,
                /* Who runs a program with more rights than his own must not add code to it. */
                .allow_own_plugins = !getauxval(AT_SECURE),
        };

        return k->host ? 0 : host_new(bus_get_loop(c->bus), NULL, &settings, &k->host);
}

static bool catalogue_has(const Catalogue *k, const char *path, const char *bus_name) {
        for (size_t i = 0; i < k->n; i++)
                if (strcmp(k->features[i].path, path) == 0 &&
                    strcmp(k->features[i].bus_name, bus_name) == 0)
                        return true;
        return false;
}

static void catalogue_add_module(const struct fascia_module_library *library, void *userdata) {
        const struct fascia_module *module = library->module;
        Catalogue *k = userdata;

        for (uint32_t i = 0; i < module->n_interfaces; i++) {
                const struct fascia_interface *interface = module_interface(module, i);
                CtlFeature *f;

                if (catalogue_has(k, interface->path, module->bus_name))
                        continue;
                f = catalogue_add(k);
                if (!f)
                        return;
                f->name = interface->qualified_name;
                f->bus_name = module->bus_name;
                f->path = interface->path;
                f->interface = interface;
        }
}

void catalogue_add_installed(Ctl *c, Catalogue *k) {
        if (catalogue_open_host(c, k) < 0)
                return;
        host_each_module(k->host, catalogue_add_module, k);
        if (k->n > 0)
                qsort(k->features, k->n, sizeof(*k->features), compare_features);
}

static int refuse_description(const CtlFeature *f, const char *text) {
        return fail(STATUS_UNAVAILABLE,
                    "%s cannot be read without the library that describes its module: %s (busctl "
                    "introspect %s %s shows it as it is)",
                    f->name, text, f->bus_name, f->path);
}

int catalogue_describe(Ctl *c, Catalogue *k, CtlFeature *f) {
        const char *section = text_of(f->record, "Section");
        uint32_t major = (uint32_t)strtoul(text_of(f->record, "Version"), NULL, 10);
        const struct fascia_module_library *library;
        char *text = NULL;
        int r;

        if (f->interface)
                return 0;
        r = catalogue_open_host(c, k);
        if (r >= 0)
                r = host_load_module(k->host, section, major, &library, &text);
        if (r < 0) {
                r = refuse_description(f, text ? text : strerror(-r));
                free(text);
                return r;
        }
        for (uint32_t i = 0; i < library->module->n_interfaces; i++)
                if (strcmp(module_interface(library->module, i)->path, f->path) == 0) {
                        f->interface = module_interface(library->module, i);
                        return 0;
                }
        return refuse_description(f, "it is of another version, without this interface");
}

/* ---- by name ---- */

/* Whether the name is this, or ends with it, from a dot on; the first n characters of it. */
static bool is_named(const CtlFeature *f, const char *text, size_t n) {
        size_t length = strlen(f->name);

        return length >= n && strncmp(f->name + length - n, text, n) == 0 &&
               (length == n || f->name[length - n - 1] == '.');
}

static int refuse_several(const Catalogue *k, const char *text, size_t n) {
        char names[1024] = "";
        size_t used = 0;

        for (size_t i = 0; i < k->n && used < sizeof(names); i++)
                if (is_named(&k->features[i], text, n))
                        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
                                                 used > 0 ? ", " : "", k->features[i].name);
        return fail(STATUS_UNKNOWN, "'%.*s' may be each of %s", (int)n, text, names);
}

/* 1: found; 0: there is none; negative: several, which has been said. */
static int find(const Catalogue *k, const char *text, size_t n, CtlFeature **ret) {
        CtlFeature *found = NULL;

        for (size_t i = 0; i < k->n; i++) {
                CtlFeature *f = &k->features[i];

                if (!is_named(f, text, n))
                        continue;
                if (strlen(f->name) == n && !(found && strlen(found->name) == n)) {
                        *ret = f; /* a whole name is never short for another */
                        return 1;
                }
                if (found) {
                        refuse_several(k, text, n);
                        return -EEXIST;
                }
                found = f;
        }
        if (found)
                *ret = found;
        return found != NULL;
}

static int find_with_member(const Catalogue *k, const char *text, MemberUse use, CtlFeature **ret,
                            const char **ret_member) {
        const char *dot = strrchr(text, '.');
        int r = 0;

        if (use != MEMBER_MUST_BE) {
                r = find(k, text, strlen(text), ret);
                if (r > 0 && ret_member)
                        *ret_member = NULL;
        }
        if (r == 0 && use != MEMBER_NONE && dot && dot != text) {
                r = find(k, text, (size_t)(dot - text), ret);
                if (r > 0)
                        *ret_member = dot + 1;
        }
        return r;
}

static int refuse(const Catalogue *k, const char *text, MemberUse use, int found) {
        CtlFeature *f;

        if (found < 0)
                return STATUS_UNKNOWN; /* it has been said */
        if (use == MEMBER_MUST_BE && find(k, text, strlen(text), &f) > 0)
                return fail(STATUS_UNKNOWN,
                            "'%s' is a feature: which member of it? (as in %s.NAME)", text, text);
        return fail(STATUS_UNKNOWN,
                    "there is no feature '%s' (fasciactl list shows those there are)", text);
}

int catalogue_find_among(const Catalogue *k, const char *text, MemberUse use, CtlFeature **ret,
                         const char **ret_member) {
        int r = find_with_member(k, text, use, ret, ret_member);

        return r > 0 ? 0 : refuse(k, text, use, r);
}

int catalogue_find(Ctl *c, Catalogue *k, const char *text, MemberUse use, CtlFeature **ret,
                   const char **ret_member) {
        int r;

        r = find_with_member(k, text, use, ret, ret_member);
        if (r == 0) {
                catalogue_add_installed(c, k);
                r = find_with_member(k, text, use, ret, ret_member);
        }
        return r > 0 ? 0 : refuse(k, text, use, r);
}
