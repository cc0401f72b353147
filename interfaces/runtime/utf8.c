/* SPDX-License-Identifier: MIT */
/* Checks UTF-8, quickly where it is ASCII. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "utf8.h"

/* The first two bytes decide about overlong forms, surrogates and the upper end (RFC 3629, section
 * 4); all that follow are 80..BF. */
typedef struct Utf8Form {
        uint8_t first_low, first_high;
        uint8_t second_low, second_high;
        uint8_t length;
} Utf8Form;

static const Utf8Form utf8_forms[] = {
        { 0xC2, 0xDF, 0x80, 0xBF, 2 },                                /* C0, C1 would be overlong */
        { 0xE0, 0xE0, 0xA0, 0xBF, 3 },                                /* below: overlong */
        { 0xE1, 0xEC, 0x80, 0xBF, 3 }, { 0xED, 0xED, 0x80, 0x9F, 3 }, /* above: surrogates */
        { 0xEE, 0xEF, 0x80, 0xBF, 3 }, { 0xF0, 0xF0, 0x90, 0xBF, 4 }, /* below: overlong */
        { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 }, /* above: beyond U+10FFFF */
};

/* D-Bus allows them, sd-bus does not: one such string in a GetAll would make the whole answer
 * unreadable to every sd-bus client, ours included. */
static bool is_noncharacter(uint32_t c) {
        return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

static uint32_t decode(const uint8_t *p, uint8_t length) {
        uint32_t c = p[0] & (0xFF >> (length + 1));
        for (uint8_t i = 1; i < length; i++)
                c = c << 6 | (p[i] & 0x3F);
        return c;
}

/* The length of the character, 0: not one. Never reads beyond a NUL, which no form allows. */
static uint8_t character_length(const uint8_t *p) {
        for (size_t i = 0; i < sizeof(utf8_forms) / sizeof(utf8_forms[0]); i++) {
                const Utf8Form *f = &utf8_forms[i];
                if (p[0] < f->first_low || p[0] > f->first_high)
                        continue;
                if (p[1] < f->second_low || p[1] > f->second_high)
                        return 0;
                for (uint8_t k = 2; k < f->length; k++)
                        if ((p[k] & 0xC0) != 0x80)
                                return 0;
                return is_noncharacter(decode(p, f->length)) ? 0 : f->length;
        }
        return 0;
}

bool utf8_is_valid(const char *s) {
        const uint8_t *p = (const uint8_t *)s;
        const uint8_t *end = p + strlen(s);

        while (p < end) {
                uint64_t word;
                while (end - p >= (ptrdiff_t)sizeof(word)) {
                        memcpy(&word, p, sizeof(word));
                        if (word & UINT64_C(0x8080808080808080))
                                break;
                        p += sizeof(word);
                }
                if (p == end)
                        break;
                if (*p < 0x80) {
                        p++;
                        continue;
                }
                uint8_t length = character_length(p);
                if (length == 0)
                        return false;
                p += length;
        }
        return true;
}

void utf8_repair(char *s) {
        while (*s) {
                uint8_t length = (uint8_t)*s < 0x80 ? 1 : character_length((const uint8_t *)s);

                if (length == 0)
                        *s = '?';
                s += length == 0 ? 1 : length;
        }
}
