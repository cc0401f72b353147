/* SPDX-License-Identifier: MIT */
/* Two modules by hand, which tests of the exporter serve: one with a bit of everything, one of what is announced or answered in other
 * ways. */
#pragma once

#include <fascia/backend.h>
#include <stdint.h>

#define BASE "/Test/Hand1"
#define THING "Test.Hand1.Thing"
#define LAMP "Test.Hand1.Lamp"
#define STORE "Test.Hand1.Store"

/* Thing and Lamp. */
extern const struct fascia_module_library hand_library;
/* Store, of a module of the same name. */
extern const struct fascia_module_library hand_store_library;

enum {
        LEVEL,
        TITLE,
        MODE,
        GAUGE,
        NUMBER,
        SPARE,
        ON = 0 /* of the other interface */
};

enum {
        TWICE,
        REPEAT,
        CHOOSE,
        WAIT
};

enum {
        SAID,
        RANG
};

struct text_and_count {
        const char *text;
        int32_t count;
};

enum {
        STOCK,
        POSITION,
        SERIAL,
        CONTACTS
};

enum {
        FIND,
        REFUSE
};

struct place {
        const char *shelf;
        int32_t row;
};
