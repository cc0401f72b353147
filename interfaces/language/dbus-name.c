/* SPDX-License-Identifier: MIT */
/* Which names D-Bus allows: D-Bus specification, "Valid Names" and "Valid Object Paths". */
#include "dbus-name.h"

#include <string.h>

#define SIZE_MAX_OF_NAME 255

static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

/* Two elements at least, separated by dots. */
static bool is_dotted(const char *text, const char *characters) {
        unsigned n = 0;

        if (strlen(text) > SIZE_MAX_OF_NAME)
                return false;
        for (;; n++) {
                size_t size = strspn(text, characters);

                if (size == 0 || is_digit(text[0]))
                        return false;
                text += size;
                if (*text == '\0')
                        return n > 0;
                if (*text++ != '.')
                        return false;
        }
}

bool dbus_name_is_bus(const char *text) {
        return is_dotted(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
}

bool dbus_name_is_interface(const char *text) {
        return is_dotted(text, word);
}

bool dbus_name_is_member(const char *text) {
        return *text != '\0' && !is_digit(*text) && text[strspn(text, word)] == '\0' &&
               strlen(text) <= SIZE_MAX_OF_NAME;
}

bool dbus_name_is_path(const char *text) {
        if (strcmp(text, "/") == 0)
                return true;
        while (*text == '/') {
                size_t size = strspn(++text, word);

                if (size == 0)
                        return false;
                text += size;
                if (*text == '\0')
                        return true;
        }
        return false;
}
