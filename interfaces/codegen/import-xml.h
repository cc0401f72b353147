/* SPDX-License-Identifier: MIT */
/* Reads D-Bus introspection XML: what a service that Fascia did not make says of itself. */
#pragma once

#include "model.h"

typedef struct ForeignArgument {
        const char *name; /* any text; NULL: it has none */
        const char *signature;
        Span span;       /* of the signature */
        const char *doc; /* or NULL; paragraphs with an empty line between them */
        bool is_out;     /* of a method */
} ForeignArgument;

typedef enum ForeignKind {
        FOREIGN_PROPERTY,
        FOREIGN_METHOD,
        FOREIGN_SIGNAL,
} ForeignKind;

typedef struct ForeignMember {
        ForeignKind kind;
        const char *name;
        Span span; /* of the name */
        const char *doc;
        bool deprecated;

        /* of a property */
        const char *signature;
        Span signature_span;
        bool readable, writable;
        bool says_emits; /* itself, not only its interface */
        Emits emits;

        /* of a method or signal */
        ForeignArgument **arguments;
        size_t n_arguments;
        bool no_reply;

        /* from import-names */
        const char *left_out; /* why the interface file cannot have it, or NULL */
        const char *qface;
        unsigned clashes; /* how many names were not to be had */
} ForeignMember;

typedef struct ForeignInterface {
        const char *name;
        Span span;         /* of the name */
        const char *root;  /* path of the outermost object; NULL: the file does not say */
        const char *below; /* what follows it, from a slash on: "" for the outermost itself */
        unsigned node;     /* which of the objects, of all files */
        const char *doc;
        bool deprecated;
        Emits emits;
        ForeignMember **members; /* as they are in the file */
        size_t n_members;

        /* from import-names */
        bool repeated;
        const char *path;
        const char *qface;
        unsigned clashes;
} ForeignInterface;

typedef struct Foreign {
        Arena *arena;
        Diagnostics *diagnostics;
        const char *path; /* of the outermost objects, instead of what the files say, or NULL */
        ForeignInterface **interfaces;
        size_t n_interfaces;
        unsigned n_nodes;
        const Source *first;
} Foreign;

/* Adds the interfaces of a file, without those of org.freedesktop.DBus, which every service has.
 * Errors are among the diagnostics. */
void foreign_read(Foreign *f, const Source *source);
