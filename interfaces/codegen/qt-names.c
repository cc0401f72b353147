/* SPDX-License-Identifier: MIT */
/* What qdbusxml2cpp has to be told: types that it cannot make from a signature, and names that would
 * not compile. */
#include "qt-names.h"

#include <string.h>

#include "naming.h"

static bool is_one_of(const char *text, const char *const words[], size_t n) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(text, words[i]) == 0)
                        return true;
        return false;
}

#define IS_ONE_OF(text, words) is_one_of(text, words, sizeof(words) / sizeof(words[0]))

/* ---- types ---- */

/* Beyond the basic ones. */
static bool is_known(const char *signature) {
        static const char *const containers[] = { "as", "av", "ay", "ao" };

        return signature[1] == '\0' || IS_ONE_OF(signature, containers);
}

static const char *basic_type(char code) {
        switch (code) {
        case 'b':
                return "bool";
        case 'y':
                return "uchar";
        case 'n':
                return "short";
        case 'q':
                return "ushort";
        case 'i':
                return "int";
        case 'u':
                return "uint";
        case 'x':
                return "qlonglong";
        case 't':
                return "qulonglong";
        case 'd':
                return "double";
        case 's':
                return "QString";
        case 'o':
                return "QDBusObjectPath";
        default:
                return "QDBusVariant";
        }
}

/* In a name of its own: "DishListMap". */
static const char *flat_name(Arena *a, const Type *t) {
        static const struct {
                char code;
                const char *name;
        } names[] = { { 'b', "Bool" },     { 'y', "UChar" },     { 'n', "Short" },
                      { 'q', "UShort" },   { 'i', "Int" },       { 'u', "UInt" },
                      { 'x', "LongLong" }, { 't', "ULongLong" }, { 'd', "Double" },
                      { 's', "String" } };
        char code = *model_signature(a, t);

        if (t->kind == TYPE_LIST)
                return arena_printf(a, "%sList", flat_name(a, t->element));
        if (t->kind == TYPE_MAP)
                return arena_printf(a, "%sMap", flat_name(a, t->element));
        if (t->kind == TYPE_STRUCT)
                return t->structure->symbol.name;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                if (names[i].code == code)
                        return names[i].name;
        return code == 'o' ? "ObjectPath" : "Variant";
}

static const char *type_name(Arena *a, const Type *t) {
        const char *signature = model_signature(a, t);

        if (strcmp(signature, "as") == 0)
                return "QStringList";
        if (strcmp(signature, "av") == 0)
                return "QVariantList";
        if (strcmp(signature, "ay") == 0)
                return "QByteArray";
        if (strcmp(signature, "a{sv}") == 0)
                return "QVariantMap";
        if (t->kind == TYPE_STRUCT)
                return t->structure->symbol.name;
        if (t->kind == TYPE_LIST)
                return arena_printf(a, "QList<%s>", type_name(a, t->element));
        /* "QMap<QString,Dish>" would be two arguments of the macros of an adaptor. */
        if (t->kind == TYPE_MAP)
                return flat_name(a, t);
        return basic_type(*signature);
}

const char *qt_type(Arena *a, const Type *t) {
        return is_known(model_signature(a, t)) ? NULL : type_name(a, t);
}

/* ---- names ---- */

/* Macros of Qt. */
static bool is_macro(const char *name) {
        static const char *const macros[] = { "emit", "foreach", "forever", "signals", "slots" };

        return IS_ONE_OF(name, macros);
}

/* Generated code calls or inherits these, of QObject: a property would hide them. */
static bool is_function(const char *name) {
        static const char *const functions[] = { "metaObject", "property" };

        return IS_ONE_OF(name, functions);
}

static bool is_taken(const char *name) {
        return naming_is_language_word(name) || is_macro(name);
}

const char *qt_getter(Arena *a, const char *dbus) {
        char *name = arena_printf(a, "%s_", dbus);
        size_t length = strlen(dbus);

        if (*name >= 'A' && *name <= 'Z')
                *name = (char)(*name - 'A' + 'a');
        name[length] = '\0';
        if (!is_taken(name) && !is_function(name))
                return NULL;
        name[length] = '_';
        return name;
}

const char *qt_setter(Arena *a, const char *dbus) {
        return qt_getter(a, dbus) ? arena_printf(a, "set%s_", dbus) : NULL;
}

const char *qt_argument(Arena *a, const char *name) {
        return is_taken(name) ? arena_printf(a, "%s_", name) : name;
}
