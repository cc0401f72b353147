/* SPDX-License-Identifier: MIT */
/* The objects of a module that this process knows: features and their zones, found by path. */
#pragma once

#include <stdint.h>

#include "connection.h"
#include "instance.h"
#include "list.h"

typedef struct RemoteFeature RemoteFeature;

typedef struct RemoteObject {
        struct RemoteObject *next; /* in its bucket */
        uint64_t hash;
        char *path;
        RemoteFeature *feature;
        Link of_feature;     /* in RemoteFeature.objects */
        Zone *zone;          /* NULL: a zone that was not added yet */
        uint64_t generation; /* the last snapshot that it was in */
        PendingReply *all;   /* to GetAll */
        bool is_wanted_again;
} RemoteObject;

/* By path; all zero: empty. */
typedef struct RemoteTable {
        RemoteObject **buckets;
        size_t n_buckets; /* a power of two */
        size_t n_objects;
} RemoteTable;

void remote_table_done(RemoteTable *t);
RemoteObject *remote_table_find(const RemoteTable *t, const char *path);

/* In the table and among the objects of the feature. */
int remote_object_new(RemoteTable *t, RemoteFeature *feature, const char *path, RemoteObject **ret);
RemoteObject *remote_object_free(RemoteTable *t, RemoteObject *o);

/* The path of the feature that this would be a zone of, and the zone's name; -EINVAL: it cannot be
 * one. Both to be freed. */
int remote_path_split(const char *path, char **ret_feature, char **ret_zone);
