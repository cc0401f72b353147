/* SPDX-License-Identifier: MIT */
/* Resolves the rules of a module: each becomes a set of members, so that what a caller may do is a walk over
 * the rules once, and a bit from then on. */
#include "access.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"

#define KEY "Access"
#define SIMULATION_CONTROL "org.fascia.Simulation"

/* A member and a kind of access is a slot: of each interface first the properties to be read, then those to be
 * set, then the methods. */
typedef struct Slots {
        uint32_t n;
        uint32_t n_bytes;
        uint32_t n_interfaces;
        struct {
                uint32_t first, n_properties;
        } interfaces[];
} Slots;

typedef struct Rule {
        bool allow;
        AccessSubject *subjects;
        size_t n_subjects; /* 0: everybody */
        uint8_t *slots;    /* a bit each */
} Rule;

struct Access {
        Slots *slots;
        /* The first that is about a slot and a caller counts; the last ones are about every slot and
         * everybody. */
        Rule *rules;
        size_t n_rules;
        Rights *common;
        bool is_open;
        bool has_subjects;
};

struct Rights {
        const Slots *slots;
        uint8_t *allowed; /* a bit for each slot */
        uint8_t *refused; /* those of which a refusal was noted */
};

void identity_done(Identity *identity) {
        free(identity->groups);
        *identity = (Identity){ 0 };
}

/* ---- slots ---- */

static bool has_bit(const uint8_t *bits, uint32_t n) {
        return bits[n / 8] & (1u << n % 8);
}

static void set_bit(uint8_t *bits, uint32_t n) {
        bits[n / 8] |= (uint8_t)(1u << n % 8);
}

static int slots_new(const struct fascia_module *module, Slots **ret) {
        Slots *s;

        s = calloc(1, sizeof(*s) + module->n_interfaces * sizeof(s->interfaces[0]));
        if (!s)
                return -ENOMEM;
        s->n_interfaces = module->n_interfaces;
        for (uint32_t i = 0; i < module->n_interfaces; i++) {
                const struct fascia_interface *interface = module_interface(module, i);

                s->interfaces[i].first = s->n;
                s->interfaces[i].n_properties = interface->n_properties;
                s->n += 2 * interface->n_properties + interface->n_methods;
        }
        s->n_bytes = s->n / 8 + 1;
        *ret = s;
        return 0;
}

static uint32_t slot(const Slots *s, uint32_t interface, AccessKind kind, uint32_t index) {
        uint32_t first = s->interfaces[interface].first;
        uint32_t n = s->interfaces[interface].n_properties;

        return first + index + (kind == ACCESS_READ ? 0 : kind == ACCESS_SET ? n : 2 * n);
}

/* ---- making rules ---- */

typedef struct Builder {
        const struct fascia_module *module;
        const Config *config;
        const char *section; /* of the module */
        Access *access;
        char *error;
} Builder;

static int refuse(Builder *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int refuse(Builder *b, const char *format, ...) {
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&b->error, format, ap);
        va_end(ap);
        if (n < 0) {
                b->error = NULL;
                return -ENOMEM;
        }
        return -EINVAL;
}

/* One without slots, for the caller to fill. Takes the subjects of the rule. */
static int access_add_rule(Access *a, bool allow, AccessRule *rule, Rule **ret) {
        Rule *rules, new = { .allow = allow };

        new.slots = calloc(a->slots->n_bytes, 1);
        rules = reallocarray(a->rules, a->n_rules + 1, sizeof(*rules));
        if (rules)
                a->rules = rules;
        if (!new.slots || !rules) {
                free(new.slots);
                return -ENOMEM;
        }
        if (rule) {
                new.subjects = rule->subjects;
                new.n_subjects = rule->n_subjects;
                rule->subjects = NULL;
        }
        a->rules[a->n_rules] = new;
        *ret = &a->rules[a->n_rules++];
        return 0;
}

static void rule_cover(Rule *r, const Slots *s, const struct fascia_module *module,
                       uint32_t interface, unsigned kinds) {
        const struct fascia_interface *i = module_interface(module, interface);

        for (AccessKind kind = ACCESS_READ; kind <= ACCESS_CALL; kind++) {
                uint32_t n = kind == ACCESS_CALL ? i->n_methods : i->n_properties;

                if (kinds & (1u << kind))
                        for (uint32_t index = 0; index < n; index++)
                                set_bit(r->slots, slot(s, interface, kind, index));
        }
}

static bool is_named(const char *name, const char *own, const char *dbus_name) {
        return strcmp(name, own) == 0 || strcmp(name, dbus_name) == 0;
}

static int find_property(const struct fascia_interface *i, const char *name) {
        for (uint32_t p = 0; p < i->n_properties; p++)
                if (is_named(name, interface_property(i, p)->name,
                             interface_property(i, p)->dbus_name))
                        return (int)p;
        return -ENOENT;
}

static int find_method(const struct fascia_interface *i, const char *name) {
        for (uint32_t m = 0; m < i->n_methods; m++)
                if (is_named(name, interface_method(i, m)->name, interface_method(i, m)->dbus_name))
                        return (int)m;
        return -ENOENT;
}

static bool has_signal(const struct fascia_interface *i, const char *name) {
        for (uint32_t s = 0; s < i->n_signals; s++)
                if (is_named(name, interface_signal(i, s)->name, interface_signal(i, s)->dbus_name))
                        return true;
        return false;
}

static int cover_property(Builder *b, Rule *r, uint32_t interface, uint32_t property,
                          unsigned kinds) {
        const struct fascia_interface *i = module_interface(b->module, interface);
        const struct fascia_property *p = interface_property(i, property);

        if (!(kinds & (1u << ACCESS_READ | 1u << ACCESS_SET)))
                return refuse(b, "'%s' is a property of %s, which is read or set", p->name,
                              i->qualified_name);
        if (kinds == 1u << ACCESS_SET && property_is_readonly(p))
                return refuse(b, "'%s' of %s is read-only, nobody can set it", p->name,
                              i->qualified_name);
        if (kinds & 1u << ACCESS_READ)
                set_bit(r->slots, slot(b->access->slots, interface, ACCESS_READ, property));
        if (kinds & 1u << ACCESS_SET)
                set_bit(r->slots, slot(b->access->slots, interface, ACCESS_SET, property));
        return 0;
}

static int cover_member(Builder *b, Rule *r, uint32_t interface, const char *name, unsigned kinds) {
        const struct fascia_interface *i = module_interface(b->module, interface);
        int index;

        index = find_property(i, name);
        if (index >= 0)
                return cover_property(b, r, interface, (uint32_t)index, kinds);
        index = find_method(i, name);
        if (index < 0 && has_signal(i, name))
                return refuse(b, "'%s' of %s is a signal: who gets it is for the bus policy", name,
                              i->qualified_name);
        if (index < 0)
                return refuse(b, "%s has no property or operation '%s'", i->qualified_name, name);
        if (!(kinds & 1u << ACCESS_CALL))
                return refuse(b, "'%s' is an operation of %s, which is called", name,
                              i->qualified_name);
        set_bit(r->slots, slot(b->access->slots, interface, ACCESS_CALL, (uint32_t)index));
        return 0;
}

/* Whether what is said in the section, which is not that of one interface, counts for the interface. */
static bool section_counts(const Builder *b, const char *section, uint32_t interface) {
        const char *name = module_interface(b->module, interface)->name;

        return strcmp(section, "fascia") == 0 ||
               strcmp(section, config_get_module_section(b->config, b->section, name)) == 0;
}

/* interface -1: the section is that of several. */
static int cover(Builder *b, Rule *r, const AccessRule *rule, const char *section, int interface) {
        int q = 0;

        if (rule->n_members > 0 && interface < 0)
                return refuse(b,
                              "'%s': members are named in the section of their interface, such as "
                              "[%s/%s]",
                              rule->members[0], b->section, module_interface(b->module, 0)->name);
        for (size_t i = 0; q >= 0 && i < rule->n_members; i++)
                q = cover_member(b, r, (uint32_t)interface, rule->members[i], rule->kinds);
        if (rule->n_members > 0)
                return q;
        for (uint32_t i = 0; i < b->module->n_interfaces; i++)
                if (interface < 0 ? section_counts(b, section, i) : i == (uint32_t)interface)
                        rule_cover(r, b->access->slots, b->module, i, rule->kinds);
        return 0;
}

/* Puts the place before what was wrong. */
static int locate(Builder *b, const ConfigNumbered *key, const char *section, const char *what) {
        char *text = NULL;
        int n;

        n = key->line > 0 ? asprintf(&text, "%s:%u: [%s]: " KEY "%u=%s: %s", key->origin, key->line,
                                     section, key->number, key->value, what)
                          : asprintf(&text, "%s: [%s]: " KEY "%u=%s: %s", key->origin, section,
                                     key->number, key->value, what);
        free(b->error);
        b->error = n < 0 ? NULL : text;
        return n < 0 ? -ENOMEM : -EINVAL;
}

static int add_rule(Builder *b, const ConfigNumbered *key, const char *section, int interface) {
        AccessRule rule;
        char text[256];
        Rule *added;
        int r;

        /* It was valid when it was read, but its user may have gone. */
        r = access_rule_parse(key->value, &rule, text, sizeof(text));
        if (r < 0)
                return r == -EINVAL ? locate(b, key, section, text) : r;
        r = access_add_rule(b->access, rule.allow, &rule, &added);
        if (r >= 0)
                r = cover(b, added, &rule, section, interface);
        access_rule_done(&rule);
        if (r == -EINVAL) {
                char *what = b->error;

                b->error = NULL;
                r = locate(b, key, section, what);
                free(what);
        }
        return r;
}

static int add_section(Builder *b, const char *section, int interface) {
        ConfigNumbered key = { 0 };
        int r = 0;

        while (r >= 0 && config_next_numbered(b->config, section, KEY, &key))
                if (*key.value)
                        r = add_rule(b, &key, section, interface);
        return r;
}

static int add_interface_section(Builder *b, uint32_t interface) {
        char *section;
        int r;

        if (asprintf(&section, "%s/%s", b->section, module_interface(b->module, interface)->name) <
            0)
                return -ENOMEM;
        r = add_section(b, section, (int)interface);
        free(section);
        return r;
}

/* Whether an interface before this one has its values in the same section. */
static bool is_added(const Builder *b, uint32_t interface) {
        const char *name = module_interface(b->module, interface)->name;
        const char *section = config_get_module_section(b->config, b->section, name);

        for (uint32_t i = 0; i < interface; i++)
                if (section_counts(b, section, i))
                        return true;
        return false;
}

static int add_module_sections(Builder *b) {
        int r = 0;

        for (uint32_t i = 0; r >= 0 && i < b->module->n_interfaces; i++)
                if (!is_added(b, i))
                        r = add_section(
                                b,
                                config_get_module_section(b->config, b->section,
                                                          module_interface(b->module, i)->name),
                                -1);
        return r;
}

/* What holds where no rule does. */
static int add_default(Access *a, const struct fascia_module *module, uint32_t interface,
                       bool allow) {
        Rule *rule;
        int r;

        r = access_add_rule(a, allow, NULL, &rule);
        if (r >= 0)
                rule_cover(rule, a->slots, module, interface, ~0u);
        return r;
}

static int add_defaults(Builder *b) {
        int r = 0;

        for (uint32_t i = 0; r >= 0 && i < b->module->n_interfaces; i++) {
                const char *name = module_interface(b->module, i)->name;
                const char *verdict = config_get_string(b->config, b->section, name, KEY);

                r = add_default(b->access, b->module, i, strcmp(verdict, "allow") == 0);
        }
        return r;
}

static int add_rule_of_control(Builder *b, const char *text) {
        char error[64];
        AccessRule rule;
        Rule *added;
        int r;

        r = access_rule_parse(text, &rule, error, sizeof(error));
        if (r < 0)
                return r;
        r = access_add_rule(b->access, rule.allow, &rule, &added);
        for (uint32_t i = 0; r >= 0 && i < b->module->n_interfaces; i++)
                rule_cover(added, b->access->slots, b->module, i, rule.kinds);
        access_rule_done(&rule);
        return r;
}

/* What controls a simulation is for root and the user of the service, unless its own sections say otherwise: the policy of
 * the bus cannot see to it, since a process that has several names is reached by any of them. */
static int add_rules_of_control(Builder *b) {
        char text[64];
        int r;

        snprintf(text, sizeof(text), "allow set,call to user 0, user %u", (unsigned)geteuid());
        r = add_rule_of_control(b, text);
        return r < 0 ? r : add_rule_of_control(b, "deny set,call");
}

/* The nearest section first. */
static int add_all(Builder *b) {
        int r = 0;

        for (uint32_t i = 0; r >= 0 && i < b->module->n_interfaces; i++)
                r = add_interface_section(b, i);
        if (r >= 0)
                r = add_module_sections(b);
        if (r >= 0 && strcmp(b->module->name, SIMULATION_CONTROL) == 0)
                r = add_rules_of_control(b);
        if (r >= 0)
                r = add_section(b, "fascia", -1);
        return r < 0 ? r : add_defaults(b);
}

/* ---- deciding ---- */

/* Whether the rule is about the caller. Who cannot be known is among those that it is against. */
static bool rule_matches(const Rule *r, const Identity *who) {
        if (r->n_subjects == 0)
                return true;
        for (size_t i = 0; i < r->n_subjects; i++) {
                const AccessSubject *s = &r->subjects[i];

                if (!(s->is_group ? who->has_groups : who->has_user)) {
                        if (!r->allow)
                                return true;
                        continue;
                }
                if (!s->is_group && who->user == s->id)
                        return true;
                for (size_t g = 0; s->is_group && g < who->n_groups; g++)
                        if (who->groups[g] == s->id)
                                return true;
        }
        return false;
}

static int rights_new(const Slots *s, Rights **ret) {
        Rights *r;

        r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        r->slots = s;
        r->allowed = calloc(s->n_bytes, 1);
        r->refused = calloc(s->n_bytes, 1);
        if (!r->allowed || !r->refused) {
                rights_free(r);
                return -ENOMEM;
        }
        *ret = r;
        return 0;
}

Rights *rights_free(Rights *r) {
        if (!r)
                return NULL;
        free(r->allowed);
        free(r->refused);
        free(r);
        return NULL;
}

/* The rule decides of the slots that none before it has decided. */
static void decide(const Rule *rule, uint8_t *decided, uint8_t *allowed, uint32_t n_bytes) {
        for (uint32_t i = 0; i < n_bytes; i++) {
                uint8_t new = rule->slots[i] & (uint8_t)~decided[i];

                if (rule->allow)
                        allowed[i] |= new;
                decided[i] |= new;
        }
}

int access_get_rights(const Access *a, const Identity *identity, Rights **ret) {
        uint8_t *decided;
        Rights *rights;
        int r;

        r = rights_new(a->slots, &rights);
        if (r < 0)
                return r;
        decided = calloc(a->slots->n_bytes, 1);
        if (!decided) {
                rights_free(rights);
                return -ENOMEM;
        }
        for (size_t i = 0; i < a->n_rules; i++)
                if (rule_matches(&a->rules[i], identity))
                        decide(&a->rules[i], decided, rights->allowed, a->slots->n_bytes);
        free(decided);
        *ret = rights;
        return 0;
}

/* What is left to everybody: a rule for some takes away from it, or gives nothing. That is what somebody would
 * have whom each denial is about and no permission. */
static int access_find_common(Access *a) {
        const Identity nobody = { 0 };
        int r;

        r = access_get_rights(a, &nobody, &a->common);
        if (r < 0)
                return r;
        a->is_open = true;
        for (uint32_t i = 0; i < a->slots->n; i++)
                a->is_open = a->is_open && has_bit(a->common->allowed, i);
        for (size_t i = 0; i < a->n_rules; i++)
                a->has_subjects = a->has_subjects || a->rules[i].n_subjects > 0;
        return 0;
}

/* ---- life ---- */

static int access_new_empty(const struct fascia_module *module, Access **ret) {
        Access *a;
        int r;

        a = calloc(1, sizeof(*a));
        if (!a)
                return -ENOMEM;
        r = slots_new(module, &a->slots);
        if (r < 0) {
                free(a);
                return r;
        }
        *ret = a;
        return 0;
}

static int access_new_for_all(const struct fascia_module *module, bool allow, Access **ret) {
        Access *a;
        int r;

        r = access_new_empty(module, &a);
        if (r < 0)
                return r;
        for (uint32_t i = 0; r >= 0 && i < module->n_interfaces; i++)
                r = add_default(a, module, i, allow);
        if (r >= 0)
                r = access_find_common(a);
        if (r < 0) {
                access_free(a);
                return r;
        }
        *ret = a;
        return 0;
}

int access_new_open(const struct fascia_module *module, Access **ret) {
        return access_new_for_all(module, true, ret);
}

int access_new_closed(const struct fascia_module *module, Access **ret) {
        return access_new_for_all(module, false, ret);
}

int access_new(const struct fascia_module *module, const Config *config, const char *section,
               Access **ret, char **reterr_text) {
        Builder b = { .module = module, .config = config, .section = section };
        int r;

        r = access_new_empty(module, &b.access);
        if (r < 0)
                return r;
        r = add_all(&b);
        if (r >= 0)
                r = access_find_common(b.access);
        if (r < 0) {
                access_free(b.access);
                *reterr_text = b.error;
                return r;
        }
        *ret = b.access;
        return 0;
}

static void rule_done(Rule *r) {
        free(r->subjects);
        free(r->slots);
}

Access *access_free(Access *a) {
        if (!a)
                return NULL;
        for (size_t i = 0; i < a->n_rules; i++)
                rule_done(&a->rules[i]);
        free(a->rules);
        rights_free(a->common);
        free(a->slots);
        free(a);
        return NULL;
}

static bool same_subjects(const Rule *a, const Rule *b) {
        if (a->n_subjects != b->n_subjects)
                return false;
        for (size_t i = 0; i < a->n_subjects; i++)
                if (a->subjects[i].is_group != b->subjects[i].is_group ||
                    a->subjects[i].id != b->subjects[i].id)
                        return false;
        return true;
}

bool access_equal(const Access *a, const Access *b) {
        if (a->n_rules != b->n_rules || a->slots->n != b->slots->n)
                return false;
        for (size_t i = 0; i < a->n_rules; i++)
                if (a->rules[i].allow != b->rules[i].allow ||
                    memcmp(a->rules[i].slots, b->rules[i].slots, a->slots->n_bytes) != 0 ||
                    !same_subjects(&a->rules[i], &b->rules[i]))
                        return false;
        return true;
}

/* ---- questions ---- */

bool access_is_open(const Access *a) {
        return a->is_open;
}

bool access_has_subjects(const Access *a) {
        return a->has_subjects;
}

const Rights *access_get_common(const Access *a) {
        return a->common;
}

bool access_is_restricted(const Access *a, uint32_t interface, uint32_t property) {
        return !rights_allow(a->common, interface, ACCESS_READ, property);
}

bool rights_allow(const Rights *r, uint32_t interface, AccessKind kind, uint32_t index) {
        return has_bit(r->allowed, slot(r->slots, interface, kind, index));
}

bool rights_note_refusal(Rights *r, uint32_t interface, AccessKind kind, uint32_t index) {
        uint32_t n = slot(r->slots, interface, kind, index);

        if (has_bit(r->refused, n))
                return false;
        set_bit(r->refused, n);
        return true;
}
