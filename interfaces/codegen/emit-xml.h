/* SPDX-License-Identifier: MIT */
/* D-Bus introspection XML: the contract that every other D-Bus tool reads. */
#pragma once

#include "model.h"

/* The <interface> element, one blank deep, each line with its end. */
const char *emit_xml_interface(const Module *m, const Interface *i);
/* The same as a whole document. */
const char *emit_xml_document(const Module *m, const Interface *i);
