/* SPDX-License-Identifier: MIT */
/* A hash table of objects by path, and the names of zones in paths. */
#include "remote-object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-bus.h>

#include "remote-module.h"

#define FIRST_BUCKETS 16

/* FNV-1a: paths are short, and come from the service that we trust with the values. */
static uint64_t hash_path(const char *path) {
        uint64_t h = UINT64_C(0xcbf29ce484222325);

        for (; *path; path++)
                h = (h ^ (unsigned char)*path) * UINT64_C(0x100000001b3);
        return h;
}

static RemoteObject **bucket(const RemoteTable *t, uint64_t hash) {
        return &t->buckets[hash & (t->n_buckets - 1)];
}

static void table_put(RemoteTable *t, RemoteObject *o) {
        RemoteObject **b = bucket(t, o->hash);

        o->next = *b;
        *b = o;
}

static int table_reserve(RemoteTable *t) {
        RemoteTable larger = {
                .n_buckets = t->n_buckets ? t->n_buckets * 2 : FIRST_BUCKETS,
                .n_objects = t->n_objects,
        };
        RemoteObject *next;

        if (t->n_objects < t->n_buckets)
                return 0;
        larger.buckets = calloc(larger.n_buckets, sizeof(*larger.buckets));
        if (!larger.buckets)
                return -ENOMEM;
        for (size_t i = 0; i < t->n_buckets; i++)
                for (RemoteObject *o = t->buckets[i]; o; o = next) {
                        next = o->next;
                        table_put(&larger, o);
                }
        free(t->buckets);
        *t = larger;
        return 0;
}

void remote_table_done(RemoteTable *t) {
        free(t->buckets);
        *t = (RemoteTable){ 0 };
}

RemoteObject *remote_table_find(const RemoteTable *t, const char *path) {
        uint64_t hash = hash_path(path);

        if (t->n_buckets == 0)
                return NULL;
        for (RemoteObject *o = *bucket(t, hash); o; o = o->next)
                if (o->hash == hash && strcmp(o->path, path) == 0)
                        return o;
        return NULL;
}

int remote_object_new(RemoteTable *t, RemoteFeature *feature, const char *path,
                      RemoteObject **ret) {
        RemoteObject *o;
        int r;

        r = table_reserve(t);
        if (r < 0)
                return r;
        o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;
        o->path = strdup(path);
        if (!o->path) {
                free(o);
                return -ENOMEM;
        }
        o->hash = hash_path(path);
        o->feature = feature;
        link_append(&feature->objects, &o->of_feature);
        table_put(t, o);
        t->n_objects++;
        *ret = o;
        return 0;
}

RemoteObject *remote_object_free(RemoteTable *t, RemoteObject *o) {
        RemoteObject **p = bucket(t, o->hash);

        while (*p != o)
                p = &(*p)->next;
        *p = o->next;
        t->n_objects--;
        link_remove(&o->of_feature);
        free(o->path);
        free(o);
        return NULL;
}

/* Escaping is one to one: "_models" and the like, which no zone's path has, do not come back. */
static int check_escaped(const char *parent, const char *zone, const char *path) {
        char *again = NULL;
        int r;

        if (!*zone)
                return -EINVAL;
        r = sd_bus_path_encode(parent, zone, &again);
        if (r >= 0 && strcmp(again, path) != 0)
                r = -EINVAL;
        free(again);
        return r;
}

int remote_path_split(const char *path, char **ret_feature, char **ret_zone) {
        const char *slash = strrchr(path, '/');
        char *parent, *zone = NULL;
        int r;

        if (!slash || slash == path)
                return -EINVAL;
        parent = strndup(path, (size_t)(slash - path));
        if (!parent)
                return -ENOMEM;
        r = sd_bus_path_decode(path, parent, &zone);
        if (r >= 0)
                r = r == 0 ? -EINVAL : check_escaped(parent, zone, path);
        if (r < 0) {
                free(zone);
                free(parent);
                return r;
        }
        *ret_feature = parent;
        *ret_zone = zone;
        return 0;
}
