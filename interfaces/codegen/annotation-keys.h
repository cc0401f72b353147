/* SPDX-License-Identifier: MIT */
/* What the keys of @config, @config_simulator and @dbus, and the other tags, do to the model. */
#pragma once

#include "model.h"
#include "node.h"
#include "value-reader.h"

/* What an annotation can stand before. */
typedef enum Place {
        PLACE_MODULE = 1 << 0,
        PLACE_INTERFACE = 1 << 1,
        PLACE_PROPERTY = 1 << 2,
        PLACE_OPERATION = 1 << 3,
        PLACE_SIGNAL = 1 << 4,
        PLACE_STRUCT = 1 << 5,
        PLACE_FIELD = 1 << 6,
        PLACE_ENUM = 1 << 7,
        PLACE_FLAG = 1 << 8,
        PLACE_ENUMERATOR = 1 << 9,
} Place;

typedef struct KeyReader {
        ValueReader values;
        Module *module;
        Symbol *symbol;
        Place place;
        /* What the symbol is, and what it is in; else NULL. */
        Interface *interface;
        Property *property;
        Operation *operation;
        Signal *signal;
        Enum *enumeration;
        Field *field;
} KeyReader;

/* Reads the annotations of the symbol, after what they say of its type also the literal that it
 * starts with. */
void annotation_keys_read(KeyReader *r);
