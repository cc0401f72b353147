/* SPDX-License-Identifier: MIT */
/* What qdbusxml2cpp has to be told: types that it cannot make from a signature, and names that would
 * not compile. */
#pragma once

#include "model.h"

/* The C++ type of a value: "QList<Dish>", or of a map "DishMap", where Dish and DishMap are declared by
 * who uses it. NULL: Qt makes the same of the signature. */
const char *qt_type(Arena *a, const Type *t);

/* Qt makes the functions of a property of its name on D-Bus: "fanLevel" and "setFanLevel". NULL:
 * these will do; else what to call them instead. */
const char *qt_getter(Arena *a, const char *dbus);
const char *qt_setter(Arena *a, const char *dbus);

/* An argument's name on D-Bus becomes one in C++ as it is. */
const char *qt_argument(Arena *a, const char *name);
